import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topics } from "./index.ts";

const router = (deploymentId: string, instanceId: string) => topics.router.key({ deploymentId, instanceId } as never);
const metric = (name: string, labels: Record<string, string>) =>
  topics.metric.key({ name, labels: Object.entries(labels).map(([label, value]) => ({ name: label, value })) } as never);

describe("the key of a record", () => {
  it.for([
    ["d", "i-0", "d|i-0"],
    ["a|b", "c", "a%7Cb|c"],
    ["a", "b|c", "a|b%7Cc"],
    ["50%", "%7C", "50%25|%257C"],
    ["", "ü", "|ü"],
  ] as const)("of %s and %s is %s", ([deployment, instance, key]) => expect(router(deployment, instance)).toBe(key));

  it("has labels in the order of their names, whatever order they came in", () => {
    expect(metric("kv", { b: "2", a: "x=1|y" })).toBe("kv|a=x=1%7Cy|b=2");
    expect(metric("kv", { a: "x=1|y", b: "2" })).toBe("kv|a=x=1%7Cy|b=2");
    expect(metric("kv", {})).toBe("kv");
  });

  it("is another for another series", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "=", "|", "%", "7", "C"), maxLength: 4 });
    const series = fc.tuple(text, fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true }));
    fc.assert(
      fc.property(series, series, (one, two) => {
        const same = one[0] === two[0] && JSON.stringify(Object.entries(one[1]).sort()) === JSON.stringify(Object.entries(two[1]).sort());
        expect(metric(...one) === metric(...two)).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });
});
