import { z } from "zod";
import { Fault } from "../../../schemas/faults/fault.ts";

/** 64-bit numbers come as text, and so do those that are not finite. */
const number = z.union([z.number(), z.string().max(40).transform(Number)]).catch(Number.NaN);
const count = number.default(0);

const attribute = z.object({
  key: z.string(),
  value: z
    .object({
      stringValue: z.string().optional(),
      boolValue: z.boolean().optional(),
      intValue: z.union([z.string(), z.number()]).optional(),
      doubleValue: z.union([z.string(), z.number()]).optional(),
    })
    .optional(),
});

const point = {
  attributes: z.array(attribute).default([]),
  startTimeUnixNano: count,
  timeUnixNano: count,
  flags: z.number().default(0),
};

const counted = { ...point, count, sum: number.optional() };
const buckets = z.object({ offset: z.number().default(0), bucketCounts: z.array(number).default([]) });

const points = <Shape extends z.ZodRawShape>(shape: Shape) => ({ dataPoints: z.array(z.object(shape)).default([]) });

const temporalities: Readonly<Record<string, number>> = { AGGREGATION_TEMPORALITY_DELTA: 1, AGGREGATION_TEMPORALITY_CUMULATIVE: 2 };
/** Collectors write the name of an enumeration in JSON, though the specification wants its number. */
const aggregationTemporality = z.union([z.number(), z.string().transform((name) => temporalities[name] ?? 0)]).default(0);

const numbers = { ...point, asDouble: number.optional(), asInt: number.optional() };

const metric = z.object({
  name: z.string().default(""),
  unit: z.string().default(""),
  gauge: z.object(points(numbers)).optional(),
  sum: z.object({ ...points(numbers), aggregationTemporality, isMonotonic: z.boolean().default(false) }).optional(),
  histogram: z
    .object({
      ...points({ ...counted, bucketCounts: z.array(number).default([]), explicitBounds: z.array(number).default([]) }),
      aggregationTemporality,
    })
    .optional(),
  exponentialHistogram: z
    .object({
      ...points({
        ...counted,
        scale: z.number().default(0),
        zeroCount: count,
        positive: buckets.optional(),
        negative: buckets.optional(),
      }),
      aggregationTemporality,
    })
    .optional(),
  summary: z.object(points({ ...counted, quantileValues: z.array(z.object({ quantile: count, value: count })).default([]) })).optional(),
});

const request = z.object({
  resourceMetrics: z
    .array(
      z.object({
        resource: z.object({ attributes: z.array(attribute).default([]) }).default({ attributes: [] }),
        scopeMetrics: z.array(z.object({ metrics: z.array(metric).default([]) })).default([]),
      }),
    )
    .default([]),
});

/** What an SDK or a collector sends, complete: numbers as numbers (NaN where they were none), lists empty where left out. */
export type OtlpRequest = z.infer<typeof request>;
/** One metric of it. */
export type OtlpMetric = z.infer<typeof metric>;
/** One label of a point or a resource. */
export type OtlpAttribute = z.infer<typeof attribute>;

/**
 * The JSON form of an OTLP request; fields that are not known are passed over, as the specification wants it. Throws
 * GW_RECORD_SHAPE.
 */
export function requestOf(parsed: unknown): OtlpRequest {
  const result = request.safeParse(parsed);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw new Fault("GW_RECORD_SHAPE", `${first?.path.join(".") ?? ""}: ${first?.message ?? "this is no OTLP request"}`);
}
