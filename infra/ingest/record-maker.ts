import type { Headers } from "../../operators/stream/record.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { fromJson } from "../../schemas/json/from-json.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { OutRecord } from "../kafka/port.ts";
import type { RecordCodec } from "../registry/record-codec.ts";
import { type Line, longestLineBytes } from "./lines.ts";
import { parseObject } from "./parse-object.ts";

/** What lines are made into, and how strictly. */
export interface RecordMakerOptions {
  readonly topic: AnyTopic;
  readonly codec: RecordCodec;
  readonly named: (topic: string) => string;
  readonly maxAheadMs: number;
  readonly now?: () => number;
  /** What becomes of a value before it is written, such as leaving out what must not be kept. */
  readonly prepare?: (topic: AnyTopic, value: unknown) => unknown;
}

/** What may stand around a value; any other key makes the line the value itself. */
const around = new Set(["topic", "key", "value", "partition", "offset", "timestamp", "headers"]);

/**
 * Lines to records of one topic, each checked as a lane would check it: shape, sense, time, key, size. A line holds a bare
 * value, or the form of `apply` and `tail --raw` (`{"topic": …, "value": …}`).
 */
export class RecordMaker {
  readonly #options: RecordMakerOptions;
  readonly #target: string;

  constructor(options: RecordMakerOptions) {
    this.#options = options;
    this.#target = options.named(options.topic.name);
  }

  /** Throws a Fault of the GW_RECORD family. */
  record({ bytes, length }: Line): OutRecord {
    if (length > longestLineBytes)
      throw new Fault("GW_RECORD_TOO_LARGE", `the line has ${length} bytes, at most ${longestLineBytes} are read`);
    return this.recordOf(parseObject(bytes));
  }

  /** The same for what has been parsed already. */
  recordOf(line: Readonly<Record<string, unknown>>): OutRecord {
    const { topic: target, codec, maxAheadMs, now = Date.now, prepare } = this.#options;
    const { key: given, value } = this.#taken(line);
    if (value === null) return this.#tombstone(given);
    const result = fromJson(target, value);
    if ("faults" in result) throw new Fault("GW_RECORD_SHAPE", result.faults.map(({ path, message }) => `${path}: ${message}`).join("; "));
    const complete = target.complete(result.value);
    const senseless = target.senseless(complete);
    if (senseless !== undefined) throw new Fault("GW_RECORD_SENSELESS", senseless);
    const untimely = target.untimely(complete, now(), maxAheadMs);
    if (untimely !== undefined) throw new Fault("GW_RECORD_TIME", untimely);
    const key = target.key(complete);
    if (given !== undefined && given !== key)
      throw new Fault("GW_RECORD_KEY", `the key is ${given === null ? "missing" : `"${given}"`}, not "${key}"`);
    const encoded = codec.encode(target, prepare === undefined ? complete : prepare(target, complete));
    if (encoded.length > target.maxRecordBytes) {
      throw new Fault("GW_RECORD_TOO_LARGE", `the record has ${encoded.length} bytes, ${target.name} takes ${target.maxRecordBytes}`);
    }
    return { topic: this.#target, key: Buffer.from(key), value: encoded, headers: asBuffers(target.headers?.(complete) ?? {}) };
  }

  #taken(line: Readonly<Record<string, unknown>>): { key: string | null | undefined; value: unknown } {
    if (!enveloped(line)) return { key: undefined, value: line };
    const { topic, key, value } = line;
    const { name } = this.#options.topic;
    if (topic !== undefined && topic !== name) throw new Fault("GW_RECORD_TOPIC", `the line is of ${String(topic)}, not of ${name}`);
    if (key !== undefined && key !== null && typeof key !== "string") throw new Fault("GW_RECORD_SHAPE", "key: a text is wanted");
    return { key, value };
  }

  /** Takes a table's entry back. */
  #tombstone(key: string | null | undefined): OutRecord {
    const { topic } = this.#options;
    if (topic.role !== "table") throw new Fault("GW_RECORD_NULL", `${topic.name} takes no null values`);
    if (typeof key !== "string" || key === "") throw new Fault("GW_RECORD_KEY", "a null value needs the key it takes back");
    return { topic: this.#target, key: Buffer.from(key), value: null };
  }
}

const asBuffers = (headers: Readonly<Record<string, string>>): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));

function enveloped(line: Readonly<Record<string, unknown>>): boolean {
  if (!("value" in line) || !Object.keys(line).every((name) => around.has(name))) return false;
  return "topic" in line || typeof line.value === "object";
}
