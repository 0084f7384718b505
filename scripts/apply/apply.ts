import { type Line, longestLineBytes } from "../../infra/ingest/lines.ts";
import type { Refused } from "../../operators/stream/admit.ts";
import type { DeadLetter } from "../../operators/stream/batch.ts";
import { tooLarge } from "../../operators/stream/carriage.ts";
import { Offline, type OfflineOptions, type OfflineOutput } from "../../operators/stream/offline.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import { Fault, faultOf } from "../../schemas/faults/fault.ts";
import type { FaultCode } from "../../schemas/faults/faults.ts";
import { fromJson } from "../../schemas/json/from-json.ts";
import { toJson } from "../../schemas/json/to-json.ts";
import { topicByName } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { parseLine } from "./record-line.ts";

/** What is run, and how it ends. */
export interface ApplyOptions extends Pick<OfflineOptions, "pipelines" | "maxAheadMs" | "group"> {
  /** Of the input topics, where lines carry `partition`; needed by pipelines of several parts alone. */
  readonly partitions?: number;
  /** Close at the end of the input everything that is still open. */
  readonly close: boolean;
  /** Told each score that was computed, alarm or not, as a line: `{"line", "kind", "score", "probability"}`. */
  readonly onScore?: (line: string) => void;
}

/** Filled while lines are applied; `dropped` only by `end`. */
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

interface ReadLine {
  readonly topic: string;
  readonly partition: number;
  readonly record: LineRecord;
}

/**
 * Pipelines over JSON Lines: every line in, its outputs out as lines, in the order produced. The same bytes in give the same
 * bytes out. A line that cannot be used becomes a `gatewatch.dlq` line with its reason, and the run goes on.
 */
export class Apply {
  readonly counts: ApplyCounts = { in: 0, out: new Map(), dropped: new Map(), deadLettered: 0 };
  readonly #offline: Offline;
  readonly #close: boolean;
  /** A line of this partition or a higher one would meet parts that do not wait for it. */
  readonly #beyond: number;
  /** Of the input, from 1: what is computed now is computed because of it. */
  #number = 0;

  constructor({ close, partitions = 1, onScore, ...options }: ApplyOptions) {
    this.#close = close;
    const severalParts = options.pipelines.some(({ pipeline, options: given }) => pipeline.shape(given).parts.length > 1);
    this.#beyond = severalParts ? partitions : Number.POSITIVE_INFINITY;
    this.#offline = new Offline({
      ...options,
      partitions,
      onScore:
        onScore === undefined
          ? undefined
          : (kind, score, probability) => onScore(JSON.stringify({ line: this.#number, kind, score, probability })),
      decode(_, record) {
        const { result } = record as LineRecord;
        if ("faults" in result)
          throw new Fault("GW_RECORD_SHAPE", result.faults.map(({ path, message }) => `${path}: ${message}`).join("; "));
        return result.value;
      },
    });
  }

  /** Throws GW_USAGE where a line's partition needs `partitions`, GW_GRAPH_BROKEN where a stage has taken its graph down. */
  line(line: Line): string[] {
    this.counts.in += 1;
    this.#number = line.number;
    let read: ReadLine;
    try {
      read = this.#read(line);
    } catch (error) {
      const { code, message } = faultOf(error, "GW_RECORD_UNREADABLE", "reading the line");
      const nowhere = { topic: "", partition: -1, offset: -1, timestamp: -1 };
      return [this.#letterLine({ code, stage: "read", message, pipeline: "apply" }, null, nowhere, line.bytes)];
    }
    const { topic, partition, record } = read;
    if (partition >= this.#beyond)
      throw new Fault("GW_USAGE", `line ${line.number} is of partition ${partition}: say with --partitions how many there are`);
    return this.#offline.feed(topic, partition, record).map((output) => this.#asLine(output));
  }

  /** Closes what is open, unless told not to, and counts what the stages have dropped. Once. */
  end(): string[] {
    const last = this.#close ? this.#offline.close().map((output) => this.#asLine(output)) : [];
    for (const graph of this.#offline.graphs()) {
      for (const { dropped } of graph.counts.values()) {
        for (const [reason, count] of dropped) this.counts.dropped.set(reason, (this.counts.dropped.get(reason) ?? 0) + count);
      }
    }
    return last;
  }

  /** Offset and partition of the line where it has them, so that what `tail --raw` wrote keeps its sources. */
  #read({ number, bytes, length }: Line): ReadLine {
    if (length > longestLineBytes)
      throw new Fault("GW_RECORD_TOO_LARGE", `the line has ${length} bytes, at most ${longestLineBytes} are read`);
    const parsed = parseLine(bytes);
    const { topic: name, key, value, partition = 0, offset = number - 1, timestamp } = parsed;
    const topic = topicByName(name);
    if (topic === undefined || !this.#offline.reads(name))
      throw new Fault("GW_RECORD_TOPIC", `no pipeline of this run reads the topic "${name}"`);
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
    const { topic, key, value, origin, from, pipeline } = output;
    const unfit = uncarried(topic, key, value);
    if (unfit !== undefined) return this.#letter({ stage: "encode", ...unfit, ...from, origin, value }, pipeline);
    this.counts.out.set(topic.name, (this.counts.out.get(topic.name) ?? 0) + 1);
    return `{"topic":${JSON.stringify(topic.name)},"key":${JSON.stringify(key)},"value":${toJson(topic, value)}}`;
  }

  #letter({ code, stage, message, topic, partition, origin, value }: DeadLetter, pipeline: string): string {
    const bytes = origin?.value ?? (origin === undefined ? Buffer.from(JSON.stringify(value ?? null)) : null);
    const key = origin?.key?.toString() ?? null;
    const timestamp = origin === undefined || Number.isNaN(origin.timestampMs) ? -1 : origin.timestampMs;
    return this.#letterLine({ code, stage, message, pipeline }, key, { topic, partition, offset: origin?.offset ?? -1, timestamp }, bytes);
  }

  #letterLine(
    reason: { code: FaultCode; stage: string; message: string; pipeline: string },
    key: string | null,
    origin: { topic: string; partition: number; offset: number; timestamp: number },
    bytes: Buffer | null,
  ): string {
    this.counts.deadLettered += 1;
    const value = { ...reason, origin: { ...origin, line: this.#number }, valueBase64: bytes === null ? null : bytes.toString("base64") };
    return JSON.stringify({ topic: "gatewatch.dlq", key, value });
  }
}

/** What a lane would refuse to send becomes a dead letter here too. */
function uncarried(topic: AnyTopic, key: string, value: unknown): Refused | undefined {
  try {
    return tooLarge(topic, key, value, topic.type.toBuffer(value).length);
  } catch (error) {
    return {
      code: "GW_RECORD_SHAPE",
      message: `a record for ${topic.name} does not fit its schema: ${error instanceof Error ? error.message : error}`,
    };
  }
}
