import { Fault } from "../../../schemas/faults/fault.ts";
import type { ExpertCounts } from "./expert-counts.ts";
import { type Tensor, torchFile } from "./torch-file.ts";

/** What a dump says by itself: who counted, and what. */
export interface SglangDump extends Pick<ExpertCounts, "counts" | "numExperts" | "physicalToLogical"> {
  /** The rank that wrote it; undefined where its counts are of all ranks. */
  readonly rank?: number;
}

/**
 * A file of SGLang's expert distribution recorder, `expert_distribution_recorder_*.pt`, as `POST
 * /dump_expert_distribution_record` writes it. Modes `stat` and `stat_approx`: `logical_count` of passes x layers x experts, of all
 * ranks. Modes `per_pass` and `per_token`: `records` of one rank, each with `global_physical_count` of layers x physical experts,
 * beside `last_physical_to_logical_map`. All passes are added up. Throws GW_RECORD_UNREADABLE.
 * Source: sgl-project/sglang, python/sglang/srt/eplb/expert_distribution.py, read at commit 02295fe.
 */
export function sglangDump(file: Uint8Array): SglangDump {
  const dump = torchFile(file);
  if (!(dump instanceof Map)) throw unlike("it holds no map");
  const counted = dump.get("logical_count");
  if (isTensor(counted)) {
    const counts = addedUp([counted]);
    return { counts, numExperts: counts[0]?.length ?? 0 };
  }
  const records: unknown = dump.get("records");
  const map: unknown = dump.get("last_physical_to_logical_map");
  if (!Array.isArray(records) || !isTensor(map)) throw unlike("it has neither logical_count nor records");
  const passes = records.filter((record): record is Map<string, unknown> => record instanceof Map);
  const counts = addedUp(passes.map((record) => record.get("global_physical_count")).filter(isTensor));
  const rank = passes[0]?.get("rank");
  const physicalToLogical = rows(map);
  const numExperts = map.values.reduce((most, expert) => Math.max(most, expert), -1) + 1;
  return { counts, numExperts, physicalToLogical, rank: typeof rank === "number" ? rank : undefined };
}

/** Sums over passes, and over a first axis of passes where there is one: layers x experts. */
function addedUp(tensors: readonly Tensor[]): number[][] {
  const [first] = tensors;
  if (first === undefined) throw unlike("it has counted no pass");
  const [experts = 0, layers = 0] = first.shape.toReversed();
  const sums = new Array<number>(layers * experts).fill(0);
  for (const { shape, values } of tensors) {
    const [width, height] = shape.toReversed();
    if (width !== experts || height !== layers) throw unlike("its passes have different shapes");
    for (const [at, n] of values.entries()) sums[at % sums.length] = (sums[at % sums.length] ?? 0) + n;
  }
  return rows({ shape: [layers, experts], values: sums });
}

function rows({ shape, values }: Tensor): number[][] {
  const [height = 0, width = 0] = shape;
  return Array.from({ length: height }, (_, row) => values.slice(row * width, (row + 1) * width));
}

const isTensor = (value: unknown): value is Tensor =>
  typeof value === "object" && value !== null && "shape" in value && "values" in value && Array.isArray(value.shape);

const unlike = (reason: string) => new Fault("GW_RECORD_UNREADABLE", `the file is no dump of SGLang's recorder: ${reason}`);
