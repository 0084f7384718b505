import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../schemas/faults/fault.ts";
import { decodeRequest, encodeMessage, mustBeReadable } from "./messages.ts";
import { MetricValues } from "./metric-values.ts";
import { requestOf } from "./request.ts";

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    bytes.push(left > 127 ? (left % 128) + 128 : left);
    if (left <= 127) return Buffer.from(bytes);
  }
}

/** A field of bytes, as Protobuf has it: tag, length, content. */
const field = (id: number, ...content: Buffer[]): Buffer => {
  const bytes = Buffer.concat(content);
  return Buffer.concat([varint(id * 8 + 2), varint(bytes.length), bytes]);
};
const double = (id: number, value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(id * 8 + 1), bytes]);
};
const many = (bytes: Buffer): Buffer => Buffer.alloc(600_000 * bytes.length, bytes);
const ofMetric = (...content: Buffer[]): Buffer => field(1, field(2, field(2, field(1, Buffer.from("a")), ...content)));

describe("a request in Protobuf", () => {
  it("has the JSON form of the specification, with 64-bit numbers and NaN as text", () => {
    const time = Buffer.alloc(9);
    time[0] = 3 * 8 + 1;
    time.writeBigUInt64LE(1_700_000_000_000_000_001n, 1);
    const body = ofMetric(field(5, field(1, time, double(4, Number.NaN)), field(1, double(4, 0))));
    const dataPoints = [{ timeUnixNano: "1700000000000000001", asDouble: "NaN" }, { asDouble: 0 }];
    expect(decodeRequest(body)).toEqual({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: "a", gauge: { dataPoints } }] }] }] });
  });

  it("is passed over where it says what is not known, also nested in itself", () => {
    let nested = field(5, Buffer.alloc(0));
    for (let depth = 0; depth < 5_000; depth += 1) nested = field(5, field(1, nested));
    const attribute = field(7, field(1, Buffer.from("k")), field(2, nested));
    const body = Buffer.concat([field(99, Buffer.from("later")), ofMetric(field(5, field(1, double(4, 1), attribute)))]);
    const [metric] = requestOf(decodeRequest(body)).resourceMetrics[0]?.scopeMetrics[0]?.metrics ?? [];
    expect(metric?.gauge?.dataPoints).toMatchObject([{ asDouble: 1, attributes: [{ key: "k" }] }]);
  });

  it.for([
    ["points", ofMetric(field(5, many(field(1))))],
    ["labels", ofMetric(field(5, field(1, many(field(7)))))],
    ["buckets", ofMetric(field(10, field(1, field(8, field(2, Buffer.alloc(600_000))))))],
  ] as const)("is refused before it is read where it holds too many %s", ([, body]) => {
    expect(body.length).toBeLessThan(2_000_000);
    expect(() => decodeRequest(body)).toThrow(expect.objectContaining({ code: "GW_RECORD_TOO_LARGE" }));
  });

  it("is read or refused, whatever its bytes, and never throws anything but a Fault", () => {
    const valid = ofMetric(field(9, field(1, double(5, 3), field(6, Buffer.alloc(24)), field(7, Buffer.alloc(16)))));
    const metricValues = new MetricValues({ deploymentId: "d", now: () => 0 });
    const broken = fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 })
      .map((changes) => Buffer.from(valid.map((byte, i) => changes.find(([at]) => at === i)?.[1] ?? byte)));
    const any = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(broken, any), (body) => {
        try {
          const { values } = metricValues.of(requestOf(decodeRequest(body)));
          for (const { value } of values) expect(Number.isFinite(value)).toBe(true);
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("a request in JSON", () => {
  it("is refused before it is parsed where it holds too many items", () => {
    expect(() => mustBeReadable(Buffer.from(`[${"{},".repeat(1_000)}{}]`))).not.toThrow();
    expect(() => mustBeReadable(Buffer.from(`[${"{},".repeat(600_000)}{}]`))).toThrow(/send smaller batches/);
  });
});

describe("an answer in Protobuf", () => {
  it("has the bytes that the specification gives it", () => {
    expect(encodeMessage("Response", {})).toHaveLength(0);
    const partialSuccess = { rejectedDataPoints: "3", errorMessage: "x" };
    expect(encodeMessage("Response", { partialSuccess }).toString("hex")).toBe("0a050803120178");
    expect(encodeMessage("Status", { code: 3, message: "x" }).toString("hex")).toBe("0803120178");
  });
});
