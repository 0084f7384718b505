/** The library: any pipeline over records, and scores of single values, with the operators of production. */
export type { Pipeline } from "./operators/stream/pipeline.ts";
export { pipelines } from "./pipelines/index.ts";
export type { Alert, RouterEventInput, RoutingWindow } from "./schemas/types/avro.ts";
export { type ApplyRecordsOptions, apply, type InputRecord, type OutputRecord } from "./scripts/package/apply-records.ts";
export { type RoutingScore, score } from "./scripts/package/score.ts";
