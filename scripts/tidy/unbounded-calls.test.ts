import { describe, expect, it } from "vitest";
import { unboundedCalls } from "./unbounded-calls.ts";

const calls = (code: string, path = "infra/a.ts") =>
  unboundedCalls({
    path,
    text: `import { mergeMap, mergeAll, expand, Subject, ReplaySubject, shareReplay, bufferTime, buffer } from "rxjs";\n${code}\n`,
  });

describe("unbounded calls", () => {
  it.for([
    "mergeMap(f)",
    "mergeAll()",
    "expand(f)",
    "new ReplaySubject()",
    "shareReplay()",
    "bufferTime(100)",
    "bufferTime(100, null)",
    "buffer(ticks)",
  ])("%s is refused with its place and a cure", (code) => {
    expect(calls(`x.pipe(${code});`)).toEqual([expect.stringMatching(/^infra\/a\.ts:2 \w+: .{10,}/)]);
  });

  it.for([
    "mergeMap(f, 4)",
    "mergeAll(2)",
    "new ReplaySubject(1)",
    "shareReplay({ bufferSize: 1, refCount: true })",
    "bufferTime(100, null, 500)",
    "new Subject()",
  ])("%s has a bound", (code) => {
    expect(calls(`x.pipe(${code});`)).toEqual([]);
  });

  it("keeps Subjects out of stages", () => {
    expect(calls("new Subject();", "operators/windows/a.ts")).toHaveLength(1);
    expect(calls("new Subject();", "operators/stream/a.ts")).toEqual([]);
  });

  it("means RxJS, not whatever has the same name", () => {
    expect(unboundedCalls({ path: "infra/a.ts", text: 'import { buffer } from "./mine.ts";\nbuffer(x);' })).toEqual([]);
  });
});
