import protobuf from "protobufjs/light.js";
import { faultOf } from "../../../schemas/faults/fault.ts";

type Fields = Readonly<Record<string, readonly [type: string, id: number, rule?: "repeated"]>>;

/** What is read of each message; fields that are left out are passed over, among them all that could nest without end. */
const messages: Readonly<Record<string, Fields>> = {
  Request: { resourceMetrics: ["ResourceMetrics", 1, "repeated"] },
  ResourceMetrics: { resource: ["Resource", 1], scopeMetrics: ["ScopeMetrics", 2, "repeated"] },
  Resource: { attributes: ["KeyValue", 1, "repeated"] },
  ScopeMetrics: { metrics: ["Metric", 2, "repeated"] },
  Metric: {
    name: ["string", 1],
    unit: ["string", 3],
    gauge: ["Points", 5],
    sum: ["Sum", 7],
    histogram: ["Histogram", 9],
    exponentialHistogram: ["ExponentialHistogram", 10],
    summary: ["Summary", 11],
  },
  Points: { dataPoints: ["NumberPoint", 1, "repeated"] },
  Sum: { dataPoints: ["NumberPoint", 1, "repeated"], aggregationTemporality: ["int32", 2], isMonotonic: ["bool", 3] },
  Histogram: { dataPoints: ["HistogramPoint", 1, "repeated"], aggregationTemporality: ["int32", 2] },
  ExponentialHistogram: { dataPoints: ["ExponentialPoint", 1, "repeated"], aggregationTemporality: ["int32", 2] },
  Summary: { dataPoints: ["SummaryPoint", 1, "repeated"] },
  NumberPoint: {
    startTimeUnixNano: ["fixed64", 2],
    timeUnixNano: ["fixed64", 3],
    asDouble: ["double", 4],
    asInt: ["sfixed64", 6],
    attributes: ["KeyValue", 7, "repeated"],
    flags: ["uint32", 8],
  },
  HistogramPoint: {
    startTimeUnixNano: ["fixed64", 2],
    timeUnixNano: ["fixed64", 3],
    count: ["fixed64", 4],
    sum: ["double", 5],
    bucketCounts: ["fixed64", 6, "repeated"],
    explicitBounds: ["double", 7, "repeated"],
    attributes: ["KeyValue", 9, "repeated"],
    flags: ["uint32", 10],
  },
  ExponentialPoint: {
    attributes: ["KeyValue", 1, "repeated"],
    startTimeUnixNano: ["fixed64", 2],
    timeUnixNano: ["fixed64", 3],
    count: ["fixed64", 4],
    sum: ["double", 5],
    scale: ["sint32", 6],
    zeroCount: ["fixed64", 7],
    positive: ["Buckets", 8],
    negative: ["Buckets", 9],
    flags: ["uint32", 10],
  },
  Buckets: { offset: ["sint32", 1], bucketCounts: ["uint64", 2, "repeated"] },
  SummaryPoint: {
    startTimeUnixNano: ["fixed64", 2],
    timeUnixNano: ["fixed64", 3],
    count: ["fixed64", 4],
    sum: ["double", 5],
    quantileValues: ["ValueAtQuantile", 6, "repeated"],
    attributes: ["KeyValue", 7, "repeated"],
    flags: ["uint32", 8],
  },
  ValueAtQuantile: { quantile: ["double", 1], value: ["double", 2] },
  KeyValue: { key: ["string", 1], value: ["AnyValue", 2] },
  AnyValue: { stringValue: ["string", 1], boolValue: ["bool", 2], intValue: ["int64", 3], doubleValue: ["double", 4] },
  Response: { partialSuccess: ["PartialSuccess", 1] },
  PartialSuccess: { rejectedDataPoints: ["int64", 1], errorMessage: ["string", 2] },
  Status: { code: ["int32", 1], message: ["string", 2] },
};

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [
      name,
      { fields: Object.fromEntries(Object.entries(fields).map(([field, [type, id, rule]]) => [field, { type, id, rule }])) },
    ]),
  ),
});

/**
 * A request in Protobuf as its JSON form: 64-bit numbers and what is no finite number as text. Throws GW_RECORD_UNREADABLE.
 *
 * Source: https://github.com/open-telemetry/opentelemetry-proto (metrics/v1/metrics.proto, stable since 1.0).
 */
export function decodeRequest(body: Buffer): unknown {
  const type = root.lookupType("Request");
  try {
    return type.toObject(type.decode(body), { longs: String, json: true });
  } catch (error) {
    throw faultOf(error, "GW_RECORD_UNREADABLE", "reading the body as an OTLP request");
  }
}

/** An answer in Protobuf, from its JSON form. */
export function encodeAnswer(type: "Response" | "Status", answer: Readonly<Record<string, unknown>>): Buffer {
  const message = root.lookupType(type);
  return Buffer.from(message.encode(message.fromObject(answer)).finish());
}
