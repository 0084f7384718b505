import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import type { At } from "../stream/stage.ts";
import { partialLoad, wholeLoad } from "./load-sums.ts";

const at: At = { key: "k", topic: "t", partition: 0, origin: undefined, watermark: 0 };
const start = Date.UTC(2026, 0, 1) * 1_000;
const end = start + 10_000_000;
const count = { clusterId: "c", deploymentId: "d", ts: 5, requests: 1, inputTokens: 10, outputTokens: 3, missedObjectives: 0 };
const part = (...counts: (typeof count)[]) => {
  const kept = partialLoad.initial(count, at);
  for (const one of counts) partialLoad.add(kept, one, at);
  return partialLoad.result(kept, start, end, "k");
};

describe("load over lanes", () => {
  it("is the sum of what each lane saw, and a record of moe.load", () => {
    const parts = [part(count, count), part({ ...count, missedObjectives: 1 })];
    const kept = wholeLoad.initial(parts[0] ?? part(), at);
    for (const one of parts) wholeLoad.add(kept, one, at);
    const window = wholeLoad.result(kept, start, end, "k");
    expect(window).toMatchObject({ requests: 3, inputTokens: 30, outputTokens: 9, missedObjectives: 1, deploymentId: "d", clusterId: "c" });
    expect(window).toMatchObject({ windowStart: start, windowEnd: end, ts: end });
    expect(topics.load.type.isValid(window)).toBe(true);
    expect(topics.load.senseless(window)).toBeUndefined();
  });

  it("has one id for one window, whatever came in it", () => {
    const id = (requests: number) => wholeLoad.result({ ...wholeLoad.initial(part(), at), requests }, 0, 10, "k").eventId;
    expect(id(1)).toBe(id(2));
  });
});
