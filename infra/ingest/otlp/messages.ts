import protobuf from "protobufjs/light.js";
import { Fault, faultOf } from "../../../schemas/faults/fault.ts";

type Fields = Readonly<Record<string, readonly [type: string, id: number, rule?: "repeated" | "present"]>>;

/** What is read of each message. Of a field that is `present`, a zero that was sent differs from nothing sent. Fields that are left out are passed over, among them all that could nest without end. */
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
    asDouble: ["double", 4, "present"],
    asInt: ["sfixed64", 6, "present"],
    attributes: ["KeyValue", 7, "repeated"],
    flags: ["uint32", 8],
  },
  HistogramPoint: {
    startTimeUnixNano: ["fixed64", 2],
    timeUnixNano: ["fixed64", 3],
    count: ["fixed64", 4],
    sum: ["double", 5, "present"],
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
    sum: ["double", 5, "present"],
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
    sum: ["double", 5, "present"],
    quantileValues: ["ValueAtQuantile", 6, "repeated"],
    attributes: ["KeyValue", 7, "repeated"],
    flags: ["uint32", 8],
  },
  ValueAtQuantile: { quantile: ["double", 1], value: ["double", 2] },
  KeyValue: { key: ["string", 1], value: ["AnyValue", 2] },
  AnyValue: {
    stringValue: ["string", 1, "present"],
    boolValue: ["bool", 2, "present"],
    intValue: ["int64", 3, "present"],
    doubleValue: ["double", 4, "present"],
  },
  Response: { partialSuccess: ["PartialSuccess", 1] },
  PartialSuccess: { rejectedDataPoints: ["int64", 1], errorMessage: ["string", 2] },
  Status: { code: ["int32", 1], message: ["string", 2] },
};

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(Object.entries(messages).map(([name, fields]) => [name, typeOf(fields)])),
});

/** Proto3 keeps the presence of a scalar only within a oneof, if need be one of its own. */
function typeOf(fields: Fields): protobuf.IType {
  const all = Object.entries(fields);
  const present = all.filter(([, [, , rule]]) => rule === "present").map(([name]) => [`_${name}`, { oneof: [name] }]);
  return {
    fields: Object.fromEntries(all.map(([name, [type, id, rule]]) => [name, rule === "repeated" ? { type, id, rule } : { type, id }])),
    oneofs: Object.fromEntries(present),
  };
}

/** What of one request is read: messages, and numbers of lists. A collector's usual batch of 8,192 points has a tenth to a half. */
const mostItems = 500_000;

/**
 * A request in Protobuf as its JSON form: 64-bit numbers and what is no finite number as text. Throws GW_RECORD_UNREADABLE, and
 * GW_RECORD_TOO_LARGE before anything is made of a body that holds too much: an empty point has two bytes, and hundreds in memory.
 *
 * Source: https://github.com/open-telemetry/opentelemetry-proto (metrics/v1/metrics.proto, stable since 1.0).
 */
export function decodeRequest(body: Buffer): unknown {
  const type = root.lookupType("Request");
  try {
    const items = itemsOf("Request", protobuf.Reader.create(body), body.length);
    if (items > mostItems) throw tooMany(items);
    return type.toObject(type.decode(body), { longs: String, json: true });
  } catch (error) {
    throw faultOf(error, "GW_RECORD_UNREADABLE", "reading the body as an OTLP request");
  }
}

/** The same bound for a request in JSON, by what must stand between any two items. */
export function mustBeReadable(body: Buffer): void {
  let marks = 0;
  for (const byte of body) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) marks += 1;
  if (marks > 2 * mostItems) throw tooMany(marks);
}

const tooMany = (items: number): Fault =>
  new Fault("GW_RECORD_TOO_LARGE", `the request holds ${items} items, more than are read at once: send smaller batches`);

const fieldsById = new Map(
  Object.entries(messages).map(([name, fields]) => [name, new Map(Object.values(fields).map((one) => [one[1], one]))]),
);

function itemsOf(message: string, reader: protobuf.Reader, end: number): number {
  const fields = fieldsById.get(message);
  let items = 1;
  while (reader.pos < end) {
    const tag = reader.uint32();
    const [type = "", , rule] = fields?.get(tag >>> 3) ?? [];
    const wire = tag & 7;
    if (wire !== 2) {
      if (rule === "repeated") items += 1;
      reader.skipType(wire);
      continue;
    }
    const length = reader.uint32();
    if (type in messages) items += itemsOf(type, reader, reader.pos + length);
    else {
      if (rule === "repeated") items += type === "uint64" ? length : length / 8;
      reader.skip(length);
    }
  }
  return items;
}

/** A request or an answer in Protobuf, from its JSON form. */
export function encodeMessage(type: "Request" | "Response" | "Status", content: Readonly<Record<string, unknown>>): Buffer {
  const message = root.lookupType(type);
  return Buffer.from(message.encode(message.fromObject(content)).finish());
}
