import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import type { Headers, LogRecord } from "../../operators/stream/record.ts";
import { faultOf } from "../../schemas/faults/fault.ts";
import { toJson } from "../../schemas/json/to-json.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { letterOf } from "./letter.ts";
import type { FoundRecord } from "./merged.ts";

/** A record's value as one JSON text, and parsed as far as a filter needs it. */
export interface Told {
  readonly json: string;
  readonly value: unknown;
}

/** The value as people read it: decoded, or a dead letter's reason, or why it cannot be decoded. */
export function told(topic: AnyTopic, record: LogRecord, codec: RecordCodec): Told {
  if (topic.schema === null) return asTold(letterOf(record));
  if (record.value === null) return { json: "null", value: null };
  try {
    const value = codec.decode(topic, record);
    return { json: toJson(topic, value), value };
  } catch (error) {
    const { code, message } = faultOf(error, "GW_DECODE_TRUNCATED", `reading ${topic.name}`);
    return asTold({ undecoded: { code, message }, valueBase64: record.value.toString("base64") });
  }
}

/** As `apply` reads it again: with its place, time, key and headers. */
export function rawLine(topic: AnyTopic, { place, record }: FoundRecord, { json }: Told): string {
  const { offset, timestampMs: timestamp, key, headers } = record;
  const keyText = key === null ? null : key.toString();
  const head = { topic: topic.name, partition: place.partition, offset, timestamp, key: keyText };
  const odd = key !== null && !Buffer.from(keyText ?? "").equals(key) ? { keyBase64: key.toString("base64") } : {};
  return `${JSON.stringify({ ...head, ...odd, headers: headerTexts(headers) }).slice(0, -1)},"value":${json}}`;
}

const asTold = (value: unknown): Told => ({ json: JSON.stringify(value), value });

/** A name that stands more than once keeps all its values, as a list. */
function headerTexts(headers: Headers): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? value.toString() : (value as readonly Buffer[]).map(String),
    ]),
  );
}
