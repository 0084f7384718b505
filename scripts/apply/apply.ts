import type { DeadLetter } from "../../operators/stream/batch.ts";
import { Offline, type OfflineOptions, type OfflineOutput } from "../../operators/stream/offline.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import { Fault, faultOf } from "../../schemas/faults/fault.ts";
import type { FaultCode } from "../../schemas/faults/faults.ts";
import { fromJson } from "../../schemas/json/from-json.ts";
import { toJson } from "../../schemas/json/to-json.ts";
import { topicByName } from "../../schemas/topics/index.ts";
import { type Line, longestLineBytes } from "./lines.ts";
import { parseLine } from "./record-line.ts";

export interface ApplyOptions extends Pick<OfflineOptions, "pipelines" | "maxAheadMs"> {
  /** Of the input topics, where lines carry `partition`; needed by pipelines of several parts alone. */
  readonly partitions?: number;
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

  constructor({ close, partitions = 1, ...options }: ApplyOptions) {
    this.#close = close;
    const severalParts = options.pipelines.some(({ pipeline, options: given }) => pipeline.shape(given).parts.length > 1);
    this.#beyond = severalParts ? partitions : Number.POSITIVE_INFINITY;
    this.#offline = new Offline({
      ...options,
      partitions,
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
    let read: ReadLine;
    try {
      read = this.#read(line);
    } catch (error) {
      const { code, message } = faultOf(error, "GW_RECORD_UNREADABLE", "reading the line");
      return [this.#letterLine({ code, stage: "read", message, pipeline: "apply" }, null, { line: line.number, bytes: line.bytes })];
    }
    const { topic, partition, record } = read;
    if (partition >= this.#beyond)
      throw new Fault("GW_USAGE", `line ${line.number} is of partition ${partition}: say with --partitions how many there are`);
    return this.#offline.feed(topic, partition, record).map((output) => this.#asLine(output));
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
    const { topic, key, value } = output;
    this.counts.out.set(topic.name, (this.counts.out.get(topic.name) ?? 0) + 1);
    return `{"topic":${JSON.stringify(topic.name)},"key":${JSON.stringify(key)},"value":${toJson(topic, value)}}`;
  }

  #letter({ code, stage, message, topic, partition, origin, value }: DeadLetter, pipeline: string): string {
    const bytes = origin?.value ?? (origin === undefined ? Buffer.from(JSON.stringify(value ?? null)) : null);
    const key = origin?.key?.toString() ?? null;
    return this.#letterLine({ code, stage, message, pipeline }, key, { topic, partition, offset: origin?.offset ?? -1, bytes });
  }

  #letterLine(
    reason: { code: FaultCode; stage: string; message: string; pipeline: string },
    key: string | null,
    { bytes, ...origin }: { bytes: Buffer | null; [name: string]: unknown },
  ): string {
    this.counts.deadLettered += 1;
    const value = { ...reason, origin, valueBase64: bytes === null ? null : bytes.toString("base64") };
    return JSON.stringify({ topic: "gatewatch.dlq", key, value });
  }
}
