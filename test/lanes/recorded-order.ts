import { runsTopic } from "../../infra/lanes/names.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { plainCodec } from "./plain-codec.ts";

/** Every committed record of a topic, by partition. */
export type Read = (topic: string) => Promise<LogRecord[][]>;

/** A lane's order over its inputs, as it wrote it down with one transaction. */
export interface Taken {
  readonly part: string;
  readonly lane: number;
  readonly runs: readonly { readonly input: number; readonly length: number }[];
}

/**
 * The oracle: what the same graphs make of the inputs, in one go, taking them in the order that the lanes wrote down
 * (`lane.recordRuns`), part by part. It shares the stages with the lanes, and nothing of recovery, transactions or membership.
 */
export async function inRecordedOrder(pipeline: Pipeline, topic: AnyTopic, read: Read, group?: string): Promise<unknown[]> {
  const out: unknown[] = [];
  const taken = await runsOf(pipeline, read);
  for (const part of pipeline.shape().parts) {
    const inputs = await Promise.all(part.inputs.map(async (input) => ({ role: input.role, contents: await read(input.topic.name) })));
    const lanes = inputs.find(({ role }) => role !== "table")?.contents.length ?? 1;
    for (let lane = 0; lane < lanes; lane += 1) {
      const how = { group, partition: lane, lanes, maxAheadMs: Number.POSITIVE_INFINITY, decode: plainCodec.decode };
      const graph = pipeline.open(part.name, how);
      const next = inputs.map(() => 0);
      for (const { input, length } of taken.filter((one) => one.part === part.name && one.lane === lane).flatMap(({ runs }) => runs)) {
        if (length === 0) graph.idle(input);
        const from = next[input] ?? 0;
        next[input] = from + length;
        const records = inputs[input]?.contents[inputs[input]?.role === "table" ? 0 : lane] ?? [];
        graph.feed(input, between(records, from, from + length));
      }
      for (const output of graph.take()) if (output.kind === "record" && output.topic.name === topic.name) out.push(output.value);
    }
  }
  return out;
}

/** Every lane's order so far, transaction by transaction; a length of 0 says that the input was found idle. */
export const runsOf = async (pipeline: Pipeline, read: Read): Promise<Taken[]> =>
  (await read(runsTopic(pipeline.name))).flat().map(({ value }) => JSON.parse(String(value)) as Taken);

/** Offsets have holes: by binary search, since runs are many. */
function between(records: readonly LogRecord[], from: number, to: number): LogRecord[] {
  const at = (offset: number): number => {
    let low = 0;
    let high = records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((records[middle]?.offset ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return records.slice(at(from), at(to));
}
