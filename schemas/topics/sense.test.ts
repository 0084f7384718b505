import { describe, expect, it } from "vitest";
import { fromJson } from "../json/from-json.ts";
import type { MetricSample, RequestEvent, RouterEvent } from "../types/avro.ts";
import { topics } from "./index.ts";
import type { AnyTopic, Topic } from "./topic.ts";

const ts = 1_700_000_000_000_000;
const whole: Record<string, object> = {
  "moe.router": {
    windowStart: ts,
    windowEnd: ts + 1e7,
    instanceId: "i",
    layer: 0,
    numExperts: 2,
    topK: 1,
    tokens: 3,
    assignments: 3,
    expertCounts: [1, 2],
  },
  "moe.expert": {
    windowStart: ts,
    windowEnd: ts + 1e7,
    instanceId: "i",
    rank: 0,
    layer: 0,
    slots: [{ slot: 0, logicalExpert: -1, tokens: 0 }],
  },
  "moe.request": { ts, requestId: "r", finishTs: ts },
  "moe.load": { windowStart: ts, windowEnd: ts + 6e8, requests: 1.5, inputTokens: 0, outputTokens: 0 },
  "moe.metric": { ts, name: "m", value: -1.5, labels: { a: "1" } },
  "control.command": { id: "c", ts, action: "PAUSE", target: { type: "PIPELINE", id: "load" } },
};

function complete<T>(topic: Topic<T>): T {
  const result = fromJson(topic as AnyTopic, whole[topic.name]);
  if ("faults" in result) throw new Error(JSON.stringify(result.faults));
  return topic.complete(result.value as T);
}
const verdict = <T>(topic: Topic<T>, fields: Partial<T>) => topic.senseless({ ...complete(topic), ...fields });

describe("what makes sense", () => {
  it.for([topics.router, topics.expert, topics.request, topics.load, topics.metric, topics.command] as AnyTopic[])(
    "in $name is let through",
    (topic) => expect(topic.senseless(complete(topic))).toBeUndefined(),
  );
});

describe("what cannot be true", () => {
  it.for<[Partial<RouterEvent>, string]>([
    [{ tokens: -1 }, "tokens is -1, at least 0 makes sense"],
    [{ expertCounts: [1, -2] }, "expertCounts[1] is -2, at least 0 makes sense"],
    [{ expertCounts: [1, 2, 3] }, "expertCounts has 3 numbers, numExperts is 2"],
    [{ expertCounts: [] }, "expertCounts has 0 numbers, numExperts is 2"],
    [{ expertWeightSum: [1] }, "expertWeightSum has 1 numbers, numExperts is 2"],
    [{ expertWeightSum: [1, Number.NaN] }, "expertWeightSum[1] is NaN"],
    [{ topK: 3 }, "topK is 3, more than numExperts (2)"],
    [{ numExperts: 0, expertCounts: [] }, "numExperts is 0, at least 1 makes sense"],
    [{ sampleRate: 1.5 }, "sampleRate is 1.5, at most 1 makes sense"],
    [{ zLoss: Number.POSITIVE_INFINITY }, "zLoss is Infinity"],
    [{ topPairs: [{ a: 0, b: 2, n: 1 }] }, "topPairs[0] names an expert beyond numExperts (2)"],
    [{ topPairs: [{ a: 0, b: 1, n: -1 }] }, "topPairs[0].n is -1, at least 0 makes sense"],
    [{ windowEnd: ts - 1 }, `windowEnd is ${ts - 1}, before windowStart (${ts})`],
    [{ windowEnd: 4_000_000_000_000_000 }, `windowEnd is 4000000000000000, more than 31 days after windowStart (${ts})`],
    [{ ts: 1_000 }, "ts is 1000, outside 2000 to 2100"],
  ])("%j", ([fields, reason]) => expect(verdict(topics.router, fields)).toBe(reason));

  it("leaves the event time to the check that has a code of its own", () =>
    expect(verdict(topics.router, { windowStart: 0, windowEnd: ts })).not.toContain("windowStart is 0"));

  it("finds a command's time, which nobody else checks", () =>
    expect(verdict(topics.command, { ts: 0 })).toBe("ts is 0, outside 2000 to 2100"));

  it.for<[Partial<MetricSample>, string]>([
    [{ value: Number.NaN }, "value is NaN"],
    [{ value: Number.NEGATIVE_INFINITY }, "value is -Infinity"],
    [
      {
        labels: [
          { name: "a", value: "1" },
          { name: "a", value: "2" },
        ],
      },
      "labels.a is given twice",
    ],
  ])("%j", ([fields, reason]) => expect(verdict(topics.metric, fields)).toBe(reason));

  it.for<[Partial<RequestEvent>, string]>([
    [{ finishTs: ts - 1 }, `finishTs is ${ts - 1}, before arrivalTs (${ts})`],
    [{ ttftMs: -1 }, "ttftMs is -1, at least 0 makes sense"],
  ])("%j", ([fields, reason]) => expect(verdict(topics.request, fields)).toBe(reason));

  it("takes any priority, which has no smallest", () => expect(verdict(topics.request, { priority: -5 })).toBeUndefined());
});

describe("what is left out", () => {
  it("is taken from the other fields", () => {
    expect(complete(topics.router)).toMatchObject({ ts: ts + 1e7, deploymentId: "default" });
    expect(complete(topics.request)).toMatchObject({ arrivalTs: ts });
    expect(topics.request.complete({ ...complete(topics.request), arrivalTs: 0, finishTs: ts - 5 }).arrivalTs).toBe(ts - 5);
    expect(topics.metric.complete({ ...complete(topics.metric), deploymentId: "" }).deploymentId).toBe("default");
  });

  it("stays as given where it is given", () => {
    const given = { ...complete(topics.router), ts, deploymentId: "d" };
    expect(topics.router.complete(given)).toMatchObject({ ts, deploymentId: "d" });
  });
});
