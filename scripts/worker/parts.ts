import { createHash } from "node:crypto";
import type { PartToRun } from "../../infra/lanes/links.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import { defaultGroup } from "../../schemas/topics/group.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { drawn } from "../topology/drawing.ts";

/** Every part of the pipelines asked for, with its options and the fingerprint of what it does. `group` has no namespace. */
export function partsToRun(
  pipelines: readonly Pipeline[],
  optionsOf: (pipeline: string) => Readonly<Record<string, unknown>>,
  group = defaultGroup,
): PartToRun[] {
  return pipelines.flatMap((pipeline) => {
    const options = optionsOf(pipeline.name);
    const fingerprint = fingerprintOf(pipeline, options);
    return pipeline.shape(options).parts.map(({ name, inputs, sinks }) => ({
      pipeline,
      part: name,
      options,
      group,
      inputs: inputs.map(({ topic, role }) => ({ topic, role })),
      outputs: [...new Set(sinks.map(({ topic }) => topic))],
      fingerprint,
    }));
  });
}

/** Every topic the parts read or write, each once. */
export function topicsOf(parts: readonly PartToRun[]): AnyTopic[] {
  const all = parts.flatMap(({ inputs, outputs }) => [...inputs.map(({ topic }) => topic), ...outputs]);
  return [...new Map(all.map((topic) => [topic.name, topic])).values()];
}

/** Changes with the drawing, the options, or the forms of the topics: whatever makes a replay give something else, as far as it can be seen from here. */
function fingerprintOf(pipeline: Pipeline, options: Readonly<Record<string, unknown>>): string {
  const shape = pipeline.shape(options);
  const seen = { drawing: drawn(shape), options, stores: [...shape.stores].map(([name, store]) => [name, store.dump().schema]) };
  return createHash("sha256").update(JSON.stringify(seen)).digest("hex").slice(0, 16);
}
