import { describe, expect, it } from "vitest";
import { topics } from "../topics/index.ts";
import type { AnyTopic } from "../topics/topic.ts";
import type { MetricSample, RequestEvent, RouterEvent } from "../types/avro.ts";
import { fromJson } from "./from-json.ts";

const router = {
  windowStart: 1_700_000_000_000_000,
  windowEnd: "2023-11-14T22:13:30Z",
  deploymentId: "d",
  instanceId: "i-0",
  layer: 3,
  numExperts: 2,
  topK: 1,
  tokens: 10,
  assignments: 10,
  expertCounts: [4, 6],
};
const request = { ts: 1_700_000_000_000_000, requestId: "r1" };
const metric = { ts: 1_700_000_000_000_000, name: "kv_usage", value: 0.41 };

function read<T>(topic: AnyTopic, value: unknown): T {
  const result = fromJson(topic, value);
  if ("faults" in result) throw new Error(JSON.stringify(result.faults));
  return result.value as T;
}

function faults(topic: AnyTopic, value: unknown): Record<string, string> {
  const result = fromJson(topic, value);
  if ("value" in result) throw new Error("no fault was found");
  return Object.fromEntries(result.faults.map(({ path, message }) => [path, message]));
}

describe("what a producer may leave out", () => {
  it("is filled in from the schema", () => {
    const event = read<RouterEvent>(topics.router, router);
    expect(event).toMatchObject({
      windowEnd: 1_700_000_010_000_000,
      ts: 0,
      phase: "MIXED",
      source: "UNKNOWN",
      sampleRate: 1,
      topPairs: [],
      zLoss: null,
    });
    expect(topics.router.complete(event).ts).toBe(1_700_000_010_000_000);
  });

  it("is filled in with a list of its own for each record", () => {
    expect(read<RouterEvent>(topics.router, router).topPairs).not.toBe(read<RouterEvent>(topics.router, router).topPairs);
  });

  it("gives a record that Avro takes", () => {
    const event = read<RequestEvent>(topics.request, { ...request, headers: { accept: "*/*" } });
    expect(topics.request.type.fromBuffer(topics.request.type.toBuffer(event))).toEqual(event);
  });
});

describe("pairs", () => {
  it("come from an object, whatever its names", () => {
    const labels = JSON.parse('{"instance":"i-0","__proto__":"p","constructor":"c"}') as object;
    expect(read<MetricSample>(topics.metric, { ...metric, labels }).labels).toEqual([
      { name: "instance", value: "i-0" },
      { name: "__proto__", value: "p" },
      { name: "constructor", value: "c" },
    ]);
  });

  it("may stand as an array, so that a header can come twice", () => {
    const headers = [
      { name: "via", value: "a" },
      { name: "via", value: "b" },
    ];
    expect(read<RequestEvent>(topics.request, { ...request, headers }).headers).toEqual(headers);
  });

  it("name the header at fault", () =>
    expect(faults(topics.request, { ...request, headers: { host: 3 } })).toEqual({ "headers.host": "a text is wanted, not 3" }));
});

describe("faults", () => {
  it("are all found, each with its path", () => {
    const wrong = { ...router, phase: "DECOD", tokens: 1.5, expertCounts: [1, null], topPairs: [{ a: 1, b: 2 }], tenantTop: {}, layr: 3 };
    expect(faults(topics.router, wrong)).toEqual({
      phase: '"DECOD" is not known; did you mean DECODE?',
      tokens: "a whole number is wanted, not 1.5",
      "expertCounts[1]": "a whole number is wanted, not null",
      "topPairs[0].n": "is missing",
      tenantTop: "an array is wanted, not an object",
      layr: "is not a field of this topic; did you mean layer?",
    });
  });

  it.for([[null], ["text"], [[]], [7], [undefined]])("refuse %j for a whole record", ([value]) => {
    expect(Object.keys(faults(topics.router, value))).toEqual(["value"]);
  });

  it.for([
    ["layer", 2 ** 31, "2147483648 does not fit into 32 bits"],
    ["layer", "3", 'a whole number is wanted, not "3"'],
    ["tokens", 2 ** 53, "9007199254740992 is beyond 2^53, where whole numbers are no longer exact"],
    [
      "windowStart",
      "2026-02-30T00:00:00Z",
      'integer microseconds since 1970, or a time such as 2026-01-31T09:30:00.123456Z, is wanted, not "2026-02-30T00:00:00Z"',
    ],
    ["sampleRate", Number.NaN, "a number is wanted, not NaN"],
    ["sampleRate", JSON.parse("1e999"), "a number is wanted, not Infinity"],
    ["instanceId", "\ud800", "half of a surrogate pair has no UTF-8 form"],
    ["instanceId", null, "a text is wanted, not null"],
  ] as const)("tell %s = %j what is wrong with it", ([name, value, message]) => {
    expect(faults(topics.router, { ...router, [name]: value })).toEqual({ [name]: message });
  });

  it("do not grow with the array that is wrong", () => {
    const many = faults(topics.router, { ...router, expertCounts: new Array(100_000).fill("x") });
    expect(Object.keys(many)).toHaveLength(21);
    expect(many.value).toBe("has 99980 more faults");
  });

  it("refuse JSON for a topic of raw bytes", () => expect(faults(topics.dlq as AnyTopic, {})).toHaveProperty("value"));
});
