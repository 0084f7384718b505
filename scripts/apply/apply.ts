import { Fault, faultOf } from "../../schemas/faults/fault.ts";
import type { FaultCode } from "../../schemas/faults/faults.ts";
import { fromJson } from "../../schemas/json/from-json.ts";
import { toJson } from "../../schemas/json/to-json.ts";
import { topicByName } from "../../schemas/topics/index.ts";
import type { DeadLetter } from "../../operators/stream/batch.ts";
import { Offline, type OfflineOptions, type OfflineOutput } from "../../operators/stream/offline.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import { type Line, longestLineBytes } from "./lines.ts";

export interface ApplyOptions extends Pick<OfflineOptions, "pipelines" | "maxAheadMs" | "partitions"> {
  /** Close at the end of the input everything that is still open. */
  readonly close: boolean;
}

export interface ApplyCounts {
  in: number;
  readonly out: Map<string, number>;
  readonly dropped: Map<string, number>;
  deadLettered: number;
}

/** A line as a record: its value converted, or why that was not possible. */
interface LineRecord extends LogRecord {
  readonly result: ReturnType<typeof fromJson>;
}

/**
 * Pipelines over JSON Lines: every line in, its outputs out as lines, in the order produced. The same bytes in give the same
 * bytes out. A line that cannot be used becomes a `gatewatch.dlq` line with its reason, and the run goes on.
 */
export class Apply {
  readonly counts: ApplyCounts = { in: 0, out: new Map(), dropped: new Map(), deadLettered: 0 };
  readonly #offline: Offline;
  readonly #close: boolean;

  constructor({ close, ...options }: ApplyOptions) {
    this.#close = close;
    this.#offline = new Offline({
      ...options,
      decode(_, record) {
        const { result } = record as LineRecord;
        if ("faults" in result) throw new Fault("GW_RECORD_SHAPE", result.faults.map(({ path, message }) => `${path}: ${message}`).join("; "));
        return result.value;
      },
    });
  }

  line(line: Line): string[] {
    this.counts.in += 1;
    const origin = { line: line.number, bytes: line.bytes };
    try {
      const { topic, partition, record } = this.#read(line);
      return this.#offline.feed(topic, partition, record).map((output) => this.#asLine(output));
    } catch (error) {
      const { code, message } = faultOf(error, "GW_RECORD_UNREADABLE", "reading the line");
      return [this.#letterLine({ code, stage: "read", message, pipeline: "apply" }, origin)];
    }
  }

  end(): string[] {
    const last = this.#close ? this.#offline.close().map((output) => this.#asLine(output)) : [];
    for (const graph of this.#offline.graphs()) {
      for (const { dropped } of graph.counts.values()) {
        for (const [reason, count] of dropped) this.counts.dropped.set(reason, (this.counts.dropped.get(reason) ?? 0) + count);
      }
    }
    return last;
  }

  #read({ number, bytes, length }: Line): { topic: string; partition: number; record: LineRecord } {
    if (length > longestLineBytes) throw new Fault("GW_RECORD_TOO_LARGE", `the line has ${length} bytes, at most ${longestLineBytes} are read`);
    const parsed = parseLine(bytes);
    const { topic: name, key, value, partition = 0, offset = number - 1, timestamp } = parsed;
    const topic = topicByName(name);
    if (topic === undefined || !this.#offline.reads(name)) throw new Fault("GW_RECORD_TOPIC", `no pipeline of this run reads the topic "${name}"`);
    const result = fromJson(topic, value);
    // What does not fit the schema is refused by the graph, with all its reasons; its key does not matter then.
    const built = () => ("faults" in result ? null : topic.key(topic.complete(result.value)));
    const keyText = key === undefined ? built() : key;
    const record: LineRecord = {
      offset,
      timestampMs: timestamp ?? Number.NaN,
      key: keyText === null ? null : Buffer.from(keyText),
      value: value === null ? null : bytes,
      headers: {},
      result,
    };
    return { topic: name, partition, record };
  }

  #asLine(output: OfflineOutput): string {
    if (output.kind === "letter") return this.#letter(output.letter, output.pipeline);
    const { topic, key, value } = output;
    this.counts.out.set(topic.name, (this.counts.out.get(topic.name) ?? 0) + 1);
    return `{"topic":${JSON.stringify(topic.name)},"key":${JSON.stringify(key)},"value":${toJson(topic, value)}}`;
  }

  #letter({ code, stage, message, topic, partition, origin, value }: DeadLetter, pipeline: string): string {
    const bytes = origin?.value ?? (origin === undefined ? Buffer.from(JSON.stringify(value ?? null)) : null);
    return this.#letterLine({ code, stage, message, pipeline }, { topic, partition, offset: origin?.offset ?? -1, bytes });
  }

  #letterLine(
    reason: { code: FaultCode; stage: string; message: string; pipeline: string },
    { bytes, ...origin }: { bytes: Buffer | null; [name: string]: unknown },
  ): string {
    this.counts.deadLettered += 1;
    const value = { ...reason, origin, valueBase64: bytes === null ? null : bytes.toString("base64") };
    return JSON.stringify({ topic: "gatewatch.dlq", key: null, value });
  }
}

interface ParsedLine {
  readonly topic: string;
  readonly key?: string | null;
  readonly value: unknown;
  readonly partition?: number;
  readonly offset?: number;
  readonly timestamp?: number;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Throws GW_RECORD_UNREADABLE, GW_RECORD_SHAPE. */
function parseLine(bytes: Buffer): ParsedLine {
  let text: string;
  let parsed: unknown;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new Fault("GW_RECORD_UNREADABLE", "the line is not UTF-8");
  }
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw faultOf(error, "GW_RECORD_UNREADABLE", "the line is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new Fault("GW_RECORD_SHAPE", "the line is not a JSON object");
  const line = parsed as Record<string, unknown>;
  if (typeof line.topic !== "string") throw new Fault("GW_RECORD_SHAPE", "the line names no topic");
  if (!("value" in line)) throw new Fault("GW_RECORD_SHAPE", "the line has no value");
  if (line.key !== undefined && line.key !== null && typeof line.key !== "string") throw new Fault("GW_RECORD_SHAPE", "key: a text is wanted");
  for (const name of ["partition", "offset"]) {
    const given = line[name];
    if (given !== undefined && !(Number.isSafeInteger(given) && (given as number) >= 0)) throw new Fault("GW_RECORD_SHAPE", `${name}: a whole number from 0 is wanted`);
  }
  if (line.timestamp !== undefined && typeof line.timestamp !== "number") throw new Fault("GW_RECORD_SHAPE", "timestamp: milliseconds are wanted");
  return line as unknown as ParsedLine;
}
