import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { Decode } from "./admit.ts";
import type { Scored } from "./batch.ts";
import type { GraphOutput, LaneGraph } from "./lane-graph.ts";
import type { Pipeline } from "./pipeline.ts";
import type { LogRecord } from "./record.ts";

/** Pipelines and their options, wired through their topics. */
export interface OfflineOptions {
  readonly pipelines: readonly { readonly pipeline: Pipeline; readonly options?: Readonly<Record<string, unknown>> }[];
  /** As of workers; the default one where it is left out. */
  readonly group?: string;
  /** For records that are fed; what one graph hands to another is not decoded. */
  readonly decode: Decode;
  /** As in a lane; records without a broker's time (NaN) are never too far ahead. */
  readonly maxAheadMs: number;
  /** How many partitions the inputs have: the receiving side of a `rekey` waits for so many lanes. */
  readonly partitions: number;
  /** Told every score the detectors compute. */
  readonly onScore?: Scored;
}

/** A record that one graph has handed to another: its value needs no decoding. */
interface HandedOn extends LogRecord {
  readonly handedOn: unknown;
}

/** One part that reads a topic, and as which of its inputs. */
interface Reader {
  readonly pipeline: Pipeline;
  readonly part: string;
  readonly input: number;
  readonly internal: boolean;
  /** Of its part among all: those before it feed it. */
  readonly rank: number;
  readonly options: Readonly<Record<string, unknown>>;
}

/** One partition of a part, once it has been fed. */
interface Lane {
  readonly graph: LaneGraph;
  readonly pipeline: string;
  readonly rank: number;
}

/**
 * The pipelines of production without a broker or a clock: the same graphs, one lane a partition, each record applied in the
 * order given. What one pipeline writes, the others that read its topic get at once. Internal topics have one lane here.
 */
export class Offline {
  readonly #options: OfflineOptions;
  readonly #readers = new Map<string, Reader[]>();
  readonly #lanes = new Map<string, Lane>();
  readonly #handedOn = new Map<string, number>();
  #parts = 0;
  #outputs: OfflineOutput[] = [];

  constructor(options: OfflineOptions) {
    this.#options = options;
    for (const { pipeline, options: given = {} } of options.pipelines) {
      for (const part of pipeline.shape(given).parts) {
        const rank = this.#parts++;
        for (const [input, { topic, role }] of part.inputs.entries()) {
          const readers = this.#readers.get(topic.name) ?? [];
          readers.push({ pipeline, part: part.name, input, internal: role === "parts", rank, options: given });
          this.#readers.set(topic.name, readers);
        }
      }
    }
  }

  /** Whether any of the pipelines reads this topic. */
  reads(topic: string): boolean {
    return this.#readers.has(topic);
  }

  /** Applies one record and returns what came of it, in order. */
  feed(topic: string, partition: number, record: LogRecord): OfflineOutput[] {
    for (const reader of this.#readers.get(topic) ?? []) this.#apply(reader, partition, record);
    return this.#take();
  }

  /** The input was found idle there: for replaying an order that lanes have recorded. */
  idle(topic: string, partition: number): OfflineOutput[] {
    for (const reader of this.#readers.get(topic) ?? []) {
      const lane = this.#lane(reader, partition);
      lane.graph.idle(reader.input);
      this.#settle(lane);
    }
    return this.#take();
  }

  /**
   * Closes what is still open, as if every watermark had passed it: pipelines as they were listed, and of each part all lanes before
   * any of the next, which is opened by the first of them that has something for it.
   */
  close(): OfflineOutput[] {
    for (let rank = 0; rank < this.#parts; rank += 1) {
      for (const lane of this.#lanes.values()) {
        if (lane.rank !== rank) continue;
        lane.graph.close();
        this.#settle(lane);
      }
    }
    return this.#take();
  }

  /** Of every lane that has been fed, for their counts and stores. */
  graphs(): LaneGraph[] {
    return [...this.#lanes.values()].map(({ graph }) => graph);
  }

  #take(): OfflineOutput[] {
    const taken = this.#outputs;
    this.#outputs = [];
    return taken;
  }

  #apply(reader: Reader, partition: number, record: LogRecord): void {
    const lane = this.#lane(reader, partition);
    lane.graph.feed(reader.input, [record]);
    this.#settle(lane);
  }

  /** Opened at its first record. Without a rekey the number of lanes does not matter to what comes out. */
  #lane({ pipeline, part, options, internal, rank }: Reader, partition: number): Lane {
    const id = `${pipeline.name}/${part}/${partition}`;
    let lane = this.#lanes.get(id);
    if (lane === undefined) {
      const { decode, maxAheadMs, partitions, onScore, group } = this.#options;
      const handOn: Decode = (topic, record) => ("handedOn" in record ? (record as HandedOn).handedOn : decode(topic, record));
      const graph = pipeline.open(part, {
        options,
        group,
        partition,
        lanes: internal ? 1 : partitions,
        maxAheadMs,
        decode: handOn,
        onScore,
      });
      lane = { graph, rank, pipeline: pipeline.name };
      this.#lanes.set(id, lane);
    }
    return lane;
  }

  /** Takes what a lane has produced; passes on what others read; only public topics come out. */
  #settle({ graph, pipeline }: Lane): void {
    for (const output of graph.take()) {
      if (output.kind === "letter") {
        this.#outputs.push({ ...output, pipeline });
        continue;
      }
      const { topic, value } = output;
      const key = output.kind === "record" ? output.key : null;
      if (output.kind === "record" && topic.role !== "internal") this.#outputs.push({ ...output, pipeline });
      this.#passOn(topic, key, value);
    }
  }

  /** As the topic would: a key, an offset that rises, no broker's time. The value itself goes on, undecoded. */
  #passOn(topic: AnyTopic, key: string | null, value: unknown): void {
    const readers = this.#readers.get(topic.name);
    if (readers === undefined) return;
    const offset = this.#handedOn.get(topic.name) ?? 0;
    this.#handedOn.set(topic.name, offset + 1);
    const record: HandedOn = {
      offset,
      timestampMs: Number.NaN,
      key: key === null ? null : Buffer.from(key),
      value: Buffer.alloc(0),
      headers: {},
      handedOn: value,
    };
    for (const reader of readers) this.#apply(reader, 0, record);
  }
}

/** What one pipeline has produced for others to see, or could not process. */
export type OfflineOutput = Exclude<GraphOutput, { kind: "mark" }> & { readonly pipeline: string };
