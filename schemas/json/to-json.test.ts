import { describe, expect, it } from "vitest";
import { topics } from "../topics/index.ts";
import type { AnyTopic } from "../topics/topic.ts";
import { fromJson } from "./from-json.ts";
import { toJson } from "./to-json.ts";

function metric(fields: Record<string, unknown>): string {
  const result = fromJson(topics.metric, { ts: 1_700_000_000_000_000, name: "m", value: 1 });
  return toJson(topics.metric, { ...("value" in result ? (result.value as object) : {}), ...fields });
}

describe("one JSON text", () => {
  it("has every field of the schema in its order, times as integers, what is absent as null", () => {
    expect(metric({ labels: [{ name: "instance", value: 'i"0' }] })).toBe(
      '{"eventId":"","ts":1700000000000000,"clusterId":"","modelId":"","modelRevision":"","deploymentId":"default","instanceId":"",' +
        '"source":"UNKNOWN","traceId":null,"name":"m","value":1,"unit":"","labels":{"instance":"i\\"0"}}',
    );
  });

  it.for([
    [-0, "-0"],
    [0.1 + 0.2, "0.30000000000000004"],
    [5e-324, "5e-324"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [Number.NaN, "null"],
    [Number.NEGATIVE_INFINITY, "null"],
  ] as const)("writes %d as %s", ([value, text]) => expect(metric({ value })).toContain(`"value":${text},`));

  it.for([["via"], ["10"]])("keeps pairs that an object would lose or sort: %s", ([name = ""]) => {
    const labels = [
      { name, value: "1" },
      { name: "2", value: "2" },
      { name, value: "3" },
    ];
    expect(JSON.parse(metric({ labels }))).toMatchObject({ labels });
  });

  it("is not for raw bytes", () => expect(() => toJson(topics.dlq as AnyTopic, Buffer.alloc(1))).toThrow(TypeError));
});
