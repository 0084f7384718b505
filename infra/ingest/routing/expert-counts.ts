import { z } from "zod";
import { outputId } from "../../../operators/stream/output-id.ts";
import { Fault } from "../../../schemas/faults/fault.ts";
import { isoMicros } from "../../../schemas/json/iso-time.ts";
import type { RouterEventInput } from "../../../schemas/types/avro.ts";
import { shapeIssues } from "./shape-issues.ts";

/** Layers x experts of one call; 100 layers of 512 experts are 51,200. A short body could ask for many more. */
const mostCounts = 1_000_000;

const time = z.union([z.int(), z.string()]);

/** Of the wrong numbers only the first is named: a body has room for millions. */
const wholeNumbers = (least: number, mostLength: number) =>
  z.custom<readonly number[]>().superRefine((value: unknown, context) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > mostLength)
      return context.addIssue(`a list of 1 to ${mostLength} whole numbers is wanted`);
    const wrong = value.findIndex((n) => !Number.isSafeInteger(n) || n < least);
    if (wrong >= 0) context.addIssue({ code: "custom", path: [wrong], message: `a whole number of at least ${least} is wanted` });
  });

/** Names of engines that measure, as in `moe.router`. */
export const engineSource = z.enum(["UNKNOWN", "VLLM", "SGLANG", "TRTLLM", "DYNAMO", "SIM"]);

const shape = z.strictObject({
  windowStart: time.describe("inclusive: microseconds, or ISO 8601"),
  windowEnd: time.describe("exclusive"),
  deploymentId: z.string().min(1).default("default"),
  instanceId: z.string().min(1),
  source: engineSource.default("UNKNOWN"),
  phase: z.enum(["PREFILL", "DECODE", "MIXED"]).default("MIXED"),
  numExperts: z.int().min(1).max(65_536).describe("logical experts of a layer"),
  topK: z.int().min(1).max(256),
  /** One row a layer: assignments of each expert, of each physical one where `physicalToLogical` is given. */
  counts: z.array(wholeNumbers(0, 65_536)).min(1).max(10_000),
  /** Number of each row's layer; 0, 1, … where left out. */
  layers: wholeNumbers(0, 10_000).optional(),
  /** One row a layer: the logical expert of each physical one, -1 for a slot that holds none. */
  physicalToLogical: z.array(wholeNumbers(-1, 65_536)).max(10_000).optional(),
});

/** Counts of all layers in one window, as an engine's load balancer keeps them. */
export type ExpertCounts = z.input<typeof shape>;

/**
 * Counts of an engine's balancer as events of `moe.router`, one a layer. Replicas are added up to their logical expert. Layers
 * without any count are left out where others have some: a balancer numbers dense layers too. The number of tokens is not known
 * to a balancer: it is taken as assignments / topK, rounded up. Throws GW_RECORD_SHAPE, GW_RECORD_SENSELESS, GW_RECORD_TOO_LARGE.
 */
export function countedWindows(value: unknown): RouterEventInput[] {
  const result = shape.safeParse(value);
  if (!result.success) throw new Fault("GW_RECORD_SHAPE", shapeIssues(result.error));
  const { counts, layers, physicalToLogical, numExperts, ...about } = result.data;
  if (counts.length * numExperts > mostCounts)
    throw new Fault(
      "GW_RECORD_TOO_LARGE",
      `${counts.length} layers of ${numExperts} experts are more than ${mostCounts} counts; send fewer layers`,
    );
  const [windowStart, windowEnd] = [micros(about.windowStart, "windowStart"), micros(about.windowEnd, "windowEnd")];
  for (const [name, list] of Object.entries({ layers, physicalToLogical })) {
    if (list !== undefined && list.length !== counts.length)
      throw new Fault("GW_RECORD_SENSELESS", `there are ${counts.length} rows of counts, but ${list.length} of ${name}`);
  }
  const rows = counts.map((row, at) => ({ layer: layers?.[at] ?? at, expertCounts: logical(row, physicalToLogical?.[at], numExperts) }));
  const counted = rows.filter(({ expertCounts }) => expertCounts.some((n) => n > 0));
  return (counted.length === 0 ? rows : counted).map(({ layer, expertCounts }) => {
    const assignments = expertCounts.reduce((a, b) => a + b, 0);
    const { deploymentId, instanceId, phase, topK } = about;
    return {
      ...about,
      eventId: outputId(["counts", deploymentId, instanceId, layer, phase, windowStart, windowEnd, expertCounts.join()]),
      windowStart,
      windowEnd,
      layer,
      numExperts,
      tokens: Math.ceil(assignments / topK),
      assignments,
      expertCounts,
    };
  });
}

function logical(row: readonly number[], map: readonly number[] | undefined, numExperts: number): number[] {
  const found = map === undefined ? row.length : map.length;
  if (map === undefined && found !== numExperts)
    throw new Fault("GW_RECORD_SENSELESS", `a row has ${found} counts, numExperts is ${numExperts}; replicas need physicalToLogical`);
  if (found !== row.length) throw new Fault("GW_RECORD_SENSELESS", `a row has ${row.length} counts, its map ${found} experts`);
  const sums = new Array<number>(numExperts).fill(0);
  for (const [slot, n] of row.entries()) {
    const expert = map === undefined ? slot : (map[slot] ?? -1);
    if (expert >= numExperts) throw new Fault("GW_RECORD_SENSELESS", `physicalToLogical names expert ${expert} of ${numExperts}`);
    if (expert < 0 && n > 0) throw new Fault("GW_RECORD_SENSELESS", `slot ${slot} holds no expert, but has ${n} assignments`);
    if (expert >= 0) sums[expert] = (sums[expert] ?? 0) + n;
  }
  return sums;
}

function micros(value: number | string, name: string): number {
  const found = typeof value === "number" ? value : isoMicros(value);
  if (found === undefined)
    throw new Fault("GW_RECORD_SHAPE", `${name}: microseconds or a time like 2026-01-01T00:00:00Z is wanted, not "${value}"`);
  return found;
}
