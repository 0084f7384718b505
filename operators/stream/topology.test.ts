import { map, of, share } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Batch } from "./batch.ts";
import { merge, nodeOf, tag } from "./topology.ts";

const aside = { settled: () => undefined, dropped: () => undefined, deadLetter: () => undefined };
const nothing = { partition: 0, origins: [undefined], watermark: 0, drained: false, aside };
const batch = (topic: string): Batch<string> => ({ ...nothing, topic, records: [topic] });
const flow = (topic: string) => tag(of(batch(topic)), { node: "input", topic, role: "lane" });

describe("the drawing behind the flows", () => {
  it("is found again through operators that are not drawn", () => {
    const passed = flow("a").pipe(
      map((one) => one),
      share(),
      map((one) => one),
    );
    expect(nodeOf(passed)).toMatchObject({ node: "input", topic: "a" });
  });

  it("is nothing where a flow comes from outside", () => expect(nodeOf(of(1).pipe(map((one) => one)))).toBeUndefined());

  it("shows the nearest thing, not what lies behind it", () => {
    const stage = { node: "stage", name: "s", kind: "k", summary: "", settings: {}, after: [] } as const;
    const passed = tag(flow("a").pipe(map((one) => one)), stage);
    expect(nodeOf(passed.pipe(share()))).toBe(stage);
  });
});

describe("several flows as one", () => {
  it("keep the order in which they are given", () => {
    const seen: string[] = [];
    merge(flow("a"), flow("b"), flow("c")).subscribe(({ topic }) => seen.push(topic));
    expect(seen).toEqual(["a", "b", "c"]);
  });

  it("are drawn as what comes after all of them", () => {
    const [a, b] = [flow("a"), flow("b")];
    expect(nodeOf(merge(a, b))).toEqual({ node: "merge", after: [a, b] });
  });

  it("stay what they are where there is only one", () => {
    const only = flow("a");
    expect(merge(only)).toBe(only);
    expect(nodeOf(merge(only))).toMatchObject({ node: "input" });
  });
});
