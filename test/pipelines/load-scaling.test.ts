import { describe, expect, it } from "vitest";
import { Offline } from "../../operators/stream/offline.ts";
import { load } from "../../pipelines/load.ts";
import { scaling } from "../../pipelines/scaling.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { Decision, Insight, LoadWindow, RequestEvent } from "../../schemas/types/avro.ts";
import { asLogRecord, decodePlain, drivePipeline } from "./driver.ts";
import { type InputRecord, startMs } from "./input-record.ts";
import { loadOf } from "./loads.ts";
import { requestDefaults } from "./requests.ts";

const second = 1_000_000;
const start = startMs * 1_000;
let numbered = 0;
/** A request of ten input and five output tokens, `at` seconds after the start. */
const request = (at: number, given: Partial<RequestEvent> = {}): InputRecord => {
  numbered += 1;
  const value = { ...requestDefaults, requestId: `n-${numbered}`, ts: start + at * second, inputTokens: 10, outputTokens: 5, ...given };
  return { topic: topics.request, value };
};
const windows = (records: readonly InputRecord[], how: Parameters<typeof drivePipeline>[2] = {}) =>
  (drivePipeline(load, records, how).values(topics.load) as LoadWindow[]).map(
    ({ deploymentId, windowStart, requests, inputTokens, outputTokens }) => ({
      deploymentId,
      at: (windowStart - start) / second,
      sums: [requests, inputTokens, outputTokens],
    }),
  );

describe("load", () => {
  it("counts requests and tokens per deployment and ten seconds, whatever the tenant", () => {
    const records = [request(0, { tenantHash: "a" }), request(9, { tenantHash: "b" }), request(3, { deploymentId: "e" }), request(12)];
    expect(windows(records)).toEqual([
      { deploymentId: "e", at: 0, sums: [1, 10, 5] },
      { deploymentId: "default", at: 0, sums: [2, 20, 10] },
      { deploymentId: "default", at: 10, sums: [1, 10, 5] },
    ]);
  });

  it("counts output where it ended, not where the request began", () => {
    const records = [request(5, { requestId: "x", state: "RECEIVED", outputTokens: 0 }), request(18, { requestId: "x", inputTokens: 99 })];
    expect(windows(records)).toEqual([
      { deploymentId: "default", at: 0, sums: [1, 10, 0] },
      { deploymentId: "default", at: 10, sums: [0, 0, 5] },
    ]);
  });

  it("gives back an id after fifteen minutes: it is another request then", () => {
    const again = (at: number) => [request(0, { requestId: "x" }), request(at, { requestId: "x" })];
    const counted = (at: number) => windows([...again(at), request(at + 60)]).reduce((sum, { sums: [requests = 0] }) => sum + requests, 0);
    expect(counted(600)).toBe(2);
    expect(counted(1_000)).toBe(3);
  });

  it("closes by time alone and counts what comes later as late", () => {
    const { values, dropped } = drivePipeline(load, [request(0), request(30), request(1)], { close: false });
    expect(values(topics.load)).toMatchObject([{ requests: 1 }]);
    expect(dropped).toEqual(new Map([["late", 1]]));
  });

  it("says that a deployment had nothing, while another goes on", () => {
    const busy = Array.from({ length: 12 }, (_, i) => request(i * 10, { deploymentId: "busy" }));
    const quiet = windows([request(0), ...busy], { options: { quietS: 40 } }).filter(({ deploymentId }) => deploymentId === "default");
    expect(quiet.map(({ at, sums }) => [at, sums[0]])).toEqual([
      [0, 1],
      [10, 0],
      [20, 0],
      [30, 0],
      [40, 0],
    ]);
    expect(windows([request(0), ...busy], { options: { quietS: 0 } })).toHaveLength(13);
  });

  it("bears numbers as large as they come", () => {
    const [window] = windows([request(0, { inputTokens: 2 ** 52 }), request(1, { inputTokens: 2 ** 52 })]);
    expect(window?.sums).toEqual([2, 2 ** 53, 10]);
  });
});

describe("scaling", () => {
  const loads = (...requests: readonly number[]): InputRecord[] =>
    requests.map((some, n) => ({ topic: topics.load, value: loadOf("d", n, { requests: some }) }));
  const scaled = (records: readonly InputRecord[], options = {}) => drivePipeline(scaling, records, { options });

  it("says one insight a window, horizon and quantity, each with an id of its own", () => {
    const insights = scaled(loads(10, 20, 30)).values(topics.insight) as Insight[];
    expect(new Set(insights.map(({ id }) => id)).size).toBe(3 * 3 * 3);
    expect(new Set(insights.map(({ forecast }) => forecast?.horizonS))).toEqual(new Set([600, 1_800, 3_600]));
    expect(insights[0]?.sources).toEqual([{ topic: "moe.load", partition: 0, offset: 0 }]);
  });

  it("keeps the time of start-up to itself, unless it is asked for", () => {
    const horizons = (horizonsS: number[]) =>
      (scaled(loads(10), { horizonsS, startupS: 120 }).values(topics.insight) as Insight[]).map(({ forecast }) => forecast?.horizonS);
    expect(new Set(horizons([60]))).toEqual(new Set([60]));
    expect(new Set(horizons([120]))).toEqual(new Set([120]));
  });

  it("goes to the fewest replicas when traffic stops, and not before the hold", () => {
    const decisions = scaled(loads(...Array.from({ length: 60 }, (_, n) => (n < 20 ? 200 : 0))), { holdS: 60 }).values(topics.decision);
    const last = (decisions as Decision[]).at(-1);
    expect(last?.replicas).toMatchObject({ desired: 1 });
    expect(last?.ts).toBe(loadOf("d", 19).windowEnd + 60 * second);
  });

  it("says of a gap nothing: what was decided stands", () => {
    const before = loads(200, 200, 200);
    const after: InputRecord = { topic: topics.load, value: loadOf("d", 500, { requests: 200 }) };
    expect(scaled([...before, after]).values(topics.decision)).toHaveLength(1);
  });
});

it("load feeds scaling: from requests to replicas", () => {
  const offline = new Offline({
    pipelines: [load, scaling].map((pipeline) => ({ pipeline })),
    decode: decodePlain,
    maxAheadMs: 3_600_000,
    partitions: 1,
  });
  const records = Array.from({ length: 400 }, (_, i) => request(i / 4));
  const outputs = [...records.flatMap((record, n) => offline.feed(record.topic.name, 0, asLogRecord(record, n))), ...offline.close()];
  const [decision] = outputs.flatMap((output) =>
    output.kind === "record" && output.topic.name === topics.decision.name ? [output.value] : [],
  );
  expect(decision).toMatchObject({ replicas: { current: null, desired: 4 }, reason: expect.stringContaining("4/s requests now") });
  expect((decision as Decision).sources).not.toEqual([]);
});
