import { isAscii } from "node:buffer";
import { Fault, faultOf } from "../../schemas/faults/fault.ts";
import type { FaultCode } from "../../schemas/faults/faults.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { AssembledInput } from "./assemble.ts";
import type { TableChange } from "./context.ts";
import type { Envelope } from "./internal-topic.ts";
import type { LogRecord, Origin } from "./record.ts";

/** Bytes to a value of the topic; throws a Fault whose code becomes the dead letter's. */
export type Decode = (topic: AnyTopic, record: LogRecord) => unknown;

/** What a record is to its lane. */
export interface Admitted {
  /** Undefined in a mark, which only tells the time. */
  readonly value: unknown;
  /** What the input's clock looks at. */
  readonly clocked: unknown;
  readonly origin: Origin;
}

/** Why a record is not let in. The code is that of its dead letter. */
export interface Refused {
  readonly code: FaultCode;
  readonly message: string;
}

/**
 * Lets a record in, or says why not: its bytes must decode, its value must make sense, its key must be the one the catalogue
 * builds (another would put one key's records into two lanes) and its times must be credible. Never throws.
 */
export function admit(
  input: Pick<AssembledInput, "topic" | "role">,
  record: LogRecord,
  decode: Decode,
  maxAheadMs: number,
): Admitted | Refused {
  try {
    if (input.role === "parts") {
      const envelope = decode(input.topic, record) as Envelope<unknown>;
      return { value: envelope.body ?? undefined, clocked: envelope, origin: { ...record, sources: envelope.sources } };
    }
    if (input.role === "table") return { value: tableChange(input.topic, record, decode), clocked: undefined, origin: record };
    if (record.value === null) throw new Fault("GW_RECORD_NULL", `${input.topic.name} takes no null values`);
    const value = input.topic.complete(decode(input.topic, record));
    sensible(input.topic, value);
    const expected = input.topic.key(value);
    if (record.key === null || !sameText(record.key, expected)) {
      throw new Fault("GW_RECORD_KEY", `the key is ${record.key === null ? "missing" : `"${excerpt(record.key)}"`}, not "${expected}"`);
    }
    const wrong = input.topic.untimely(value, record.timestampMs, maxAheadMs);
    return wrong === undefined ? { value, clocked: value, origin: record } : { code: "GW_RECORD_TIME", message: wrong };
  } catch (error) {
    const { code, message } = faultOf(error, "GW_DECODE_TRUNCATED", `reading ${input.topic.name}`);
    return { code, message };
  }
}

/** A tombstone takes the value back and is no fault here; the key alone says whose it is. */
function tableChange(topic: AnyTopic, record: LogRecord, decode: Decode): TableChange<unknown> {
  if (record.key === null) throw new Fault("GW_RECORD_KEY", `${topic.name} needs a key`);
  const key = record.key.toString();
  if (record.value === null) return { key, value: null };
  const value = topic.complete(decode(topic, record));
  sensible(topic, value);
  return { key, value };
}

function sensible(topic: AnyTopic, value: unknown): void {
  const reason = topic.senseless(value);
  if (reason !== undefined) throw new Fault("GW_RECORD_SENSELESS", reason);
}

/** Keys are partitioned by their bytes. Most are ASCII, where comparing the text beats encoding the other one. */
const sameText = (bytes: Buffer, text: string): boolean =>
  isAscii(bytes) ? bytes.toString("latin1") === text : bytes.equals(Buffer.from(text));

/** A key may be a megabyte; a message is one line. */
const excerpt = (key: Buffer): string => key.subarray(0, 80).toString();
