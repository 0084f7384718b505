import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import type { RouterEvent } from "../../schemas/types/avro.ts";
import { struct } from "../stream/codec.ts";
import type { At } from "../stream/stage.ts";
import { routingHealth } from "./routing-health.ts";
import { routingWindow } from "./routing-window.ts";

/** The largest count that a record can carry. */
const most = Number.MAX_SAFE_INTEGER - 1;
const at: At = { key: "k", topic: "moe.router", partition: 0, origin: undefined, watermark: 0 };

function windowOf(...given: readonly Partial<RouterEvent>[]) {
  const readings = given.map((some) => {
    const event = {
      clusterId: "",
      deploymentId: "d",
      instanceId: "i-0",
      layer: 3,
      tokens: 1,
      droppedTokens: 0,
      expertCounts: [1, 1],
      ...some,
    };
    return routingHealth(event as RouterEvent);
  });
  const [first] = readings;
  if (first === undefined) throw new TypeError("no event");
  const kept = routingWindow.initial(first, at);
  for (const reading of readings) routingWindow.add(kept, reading, at);
  return { kept, window: routingWindow.result(kept, 1_767_225_600_000_000, 1_767_225_610_000_000, "k") };
}

describe("a routing window", () => {
  it("sums tokens, drops and the counts of each expert", () => {
    const { window } = windowOf({ tokens: 10, expertCounts: [3, 1] }, { tokens: 5, droppedTokens: 2, expertCounts: [0, 4, 7] });
    expect(window).toMatchObject({ records: 2, tokens: 15, droppedTokens: 2, expertCounts: [3, 5, 7] });
  });

  it("stops counting where the sum no longer fits a record or a checkpoint: neither could be written, and the lane would stand still", () => {
    const enormous = { tokens: most, droppedTokens: most, expertCounts: [most, most] };
    const { kept, window } = windowOf(enormous, enormous, enormous);
    expect(window).toMatchObject({ tokens: most, droppedTokens: most, expertCounts: [most, most] });
    expect(topics.window.type.isValid(window)).toBe(true);
    expect(struct(routingWindow.fields).type.isValid(kept)).toBe(true);
  });

  it("averages over the records that had assignments, not over all of them", () => {
    const { window } = windowOf({ expertCounts: [4, 0] }, { expertCounts: [2, 2] }, { tokens: 3, expertCounts: [0, 0] });
    expect(window).toMatchObject({ records: 3, imbalanceMean: 1.5, imbalanceMax: 2, entropyMean: 0.5, entropyMin: 0 });
  });

  it("calls a layer even of whose balance nothing is known", () => {
    expect(windowOf({ expertCounts: [0, 0] }).window).toMatchObject({ imbalanceMean: 1, imbalanceMax: 1, entropyMean: 1, entropyMin: 1 });
  });

  it("names its first and last record as sources, and one record once", () => {
    expect(sourcesAt(4, 9, 12)).toMatchObject([{ offset: 4 }, { offset: 12 }]);
    expect(sourcesAt(4)).toMatchObject([{ topic: "moe.router", partition: 0, offset: 4 }]);
  });

  it("has one id for one layer and window, whatever came in it, and another for any other", () => {
    const id = (event: Partial<RouterEvent>) => windowOf(event).window.id;
    expect(id({ tokens: 9 })).toBe(id({ tokens: 1, expertCounts: [7, 7] }));
    const others = [{ layer: 4 }, { instanceId: "i-1" }, { deploymentId: "e" }, { clusterId: "c" }].map(id);
    expect(new Set([id({}), ...others]).size).toBe(5);
  });
});

/** Sources of a window whose records stand at these offsets. */
function sourcesAt(...offsets: readonly number[]) {
  const event = { clusterId: "", deploymentId: "d", instanceId: "i-0", layer: 3, tokens: 1, droppedTokens: 0, expertCounts: [1, 1] };
  const reading = routingHealth(event as Partial<RouterEvent> as RouterEvent);
  const here = offsets.map((offset) => ({ ...at, origin: { offset, timestampMs: 0, key: null, value: null, headers: {} } }));
  const kept = routingWindow.initial(reading, here[0] ?? at);
  for (const one of here) routingWindow.add(kept, reading, one);
  return routingWindow.result(kept, 0, 10, "k").sources;
}
