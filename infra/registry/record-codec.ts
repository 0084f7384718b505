import type { LogRecord } from "../../operators/stream/record.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";

/** Records to values and back, in the Confluent wire format. Synchronous once the schema ids in question are known. */
export interface RecordCodec {
  /** Schema ids among these records that `decode` does not know yet and that may still become known. */
  unknownIds(records: readonly LogRecord[]): number[];
  /** Fetches them, one request an id whoever asks; an id that does not exist is remembered as such for a while. Throws GW_REGISTRY_UNREACHABLE. */
  warm(ids: readonly number[]): Promise<void>;
  /** Registers the topics' schemas (subject `<topic>-value`, BACKWARD) so that `encode` has ids. Throws GW_SCHEMA_INCOMPATIBLE, GW_REGISTRY_UNREACHABLE. */
  register(topics: readonly AnyTopic[]): Promise<void>;
  /** Throws GW_DECODE_FRAMING, GW_DECODE_SCHEMA_UNKNOWN, GW_DECODE_SCHEMA_FOREIGN, GW_DECODE_TRUNCATED. */
  decode(topic: AnyTopic, record: LogRecord): unknown;
  encode(topic: AnyTopic, value: unknown): Buffer;
}
