import { z } from "zod";
import { Fault } from "../../../schemas/faults/fault.ts";
import { isoMicros } from "../../../schemas/json/iso-time.ts";
import { shapeIssues } from "./shape-issues.ts";

/** Where one layer's gate sent one token. */
export interface TokenRoute {
  readonly layer: number;
  /** Logical experts, any order; -1 where a choice was dropped. Only -1: padding, no token. */
  readonly experts: readonly number[];
  /** The gate's weights, beside `experts`. */
  readonly weights?: readonly number[];
  /** When the token was routed, in microseconds. */
  readonly ts: number;
  readonly phase?: "PREFILL" | "DECODE" | "MIXED";
  /** The request the token belongs to; for people, not counted. */
  readonly requestId?: string;
  readonly deploymentId?: string;
  readonly instanceId?: string;
}

const name = z.string().min(1).max(500);
const shape = z.object({
  layer: z.int().min(0).max(9_999),
  experts: z.array(z.int().min(-1).max(65_535)).min(1).max(256),
  weights: z.array(z.number().min(0).max(1e9)).max(256).optional(),
  ts: z.union([z.int(), z.string()]),
  phase: z.enum(["PREFILL", "DECODE", "MIXED"]).optional(),
  requestId: z.string().optional(),
  deploymentId: name.optional(),
  instanceId: name.optional(),
});

/** A parsed line as a route; fields it does not know are left alone. Throws GW_RECORD_SHAPE, GW_RECORD_SENSELESS. */
export function tokenRoute(value: unknown): TokenRoute {
  const result = shape.safeParse(value);
  if (!result.success) throw new Fault("GW_RECORD_SHAPE", shapeIssues(result.error));
  const { ts, ...route } = result.data;
  const micros = typeof ts === "number" ? ts : isoMicros(ts);
  if (micros === undefined) throw new Fault("GW_RECORD_SHAPE", "ts: microseconds or a time like 2026-01-01T00:00:00Z is wanted");
  const { experts, weights } = route;
  if (weights !== undefined && weights.length !== experts.length)
    throw new Fault("GW_RECORD_SENSELESS", `there are ${experts.length} experts, but ${weights.length} weights`);
  const chosen = experts.filter((expert) => expert >= 0);
  if (new Set(chosen).size < chosen.length) throw new Fault("GW_RECORD_SENSELESS", "an expert is chosen twice for one token");
  return { ...route, ts: micros };
}
