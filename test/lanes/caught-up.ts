import type { LogPort } from "../../infra/kafka/port.ts";
import { memberGroup } from "../../infra/lanes/names.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";

/** Where the lanes of a pipeline stand in the log. */
export interface Standing {
  readonly group: string;
  readonly named: (topic: string) => string;
  readonly partitions: number;
}

/** Whether the lanes have committed all that lies in their inputs, part by part: what one writes to the next is written by then. */
export async function caughtUp(pipeline: Pipeline, port: LogPort, { group, named, partitions }: Standing): Promise<boolean> {
  for (const { name: part, inputs } of pipeline.shape().parts) {
    const places = inputs
      .filter(({ role }) => role !== "table")
      .flatMap(({ topic }) => Array.from({ length: partitions }, (_, partition) => ({ topic: named(topic.name), partition })));
    const committed = await port.admin.positions(memberGroup({ group, pipeline: pipeline.name, part }), places);
    const ranges = await port.admin.range(places);
    if (!ranges.every(({ end }, i) => end === 0 || (committed[i]?.offset ?? -1) >= end)) return false;
  }
  return true;
}
