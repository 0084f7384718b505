import type { AssembledPart } from "../../operators/stream/assemble.ts";
import type { GraphOutput } from "../../operators/stream/lane-graph.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { seeded } from "../../scripts/simulate/random.ts";
import { asLogRecord, decodePlain } from "./driver.ts";
import { inputsOf } from "./inputs.ts";

/** What a lane takes next of one of its inputs, as its runs would have it: a record, or that there was none. */
export interface Step {
  readonly input: number;
  readonly record: LogRecord | "idle";
}

/** Of what is not written as JSON, as text. */
export const asJson = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === "number" && !Number.isFinite(one) ? String(one) : one));

/** A graph as lane `partition` of two. */
export const openLane = (pipeline: Pipeline, part: string, partition = 0) =>
  pipeline.open(part, { partition, lanes: 2, maxAheadMs: 3_600_000, decode: decodePlain });

/**
 * All inputs of a part, tables among them, interleaved by chance, with moments at which one of them is empty. What comes from the part
 * before is made by two lanes of that part, which have such steps of their own.
 */
export function stepsOf(pipeline: Pipeline, part: AssembledPart, seed = 3): Step[] {
  const random = seeded(seed);
  const waiting = part.inputs.map(({ topic, role }) => (role === "parts" ? passedOn(pipeline, topic, seed) : recordsOf(topic, seed)));
  const steps: Step[] = [];
  for (let left = total(waiting); left > 0; left -= 1) {
    // In proportion to what is left of each, so that all of them last to the end.
    const input = inputAt(waiting, random.int(0, left - 1));
    steps.push({ input, record: waiting[input]?.shift() as LogRecord });
    if (part.inputs[input]?.role === "lane" && random.next() < 0.03) steps.push({ input, record: "idle" });
  }
  return steps;
}

/** Which of the lists holds the `at`-th of all. */
function inputAt(lists: readonly (readonly unknown[])[], at: number): number {
  let before = 0;
  return lists.findIndex(({ length }) => {
    before += length;
    return at < before;
  });
}

const total = (lists: readonly (readonly unknown[])[]): number => lists.reduce((sum, { length }) => sum + length, 0);

function recordsOf(topic: AnyTopic, seed: number): LogRecord[] {
  const inputs = inputsOf[topic.name];
  if (inputs === undefined) throw new Error(`test/pipelines/inputs.ts has no records for ${topic.name}`);
  return inputs(200, seed).map(asLogRecord);
}

/** Bodies and marks of two lanes, in the order in which one partition of the topic between the parts could hold them. */
function passedOn(pipeline: Pipeline, topic: AnyTopic, seed: number): LogRecord[] {
  const random = seeded(seed + 1);
  const before = pipeline.shape().parts.find(({ sinks }) => sinks.some((sink) => sink.topic.name === topic.name));
  if (before === undefined) throw new Error(`no part of ${pipeline.name} writes ${topic.name}`);
  const lanes = [0, 1].map((partition) => ({
    graph: openLane(pipeline, before.name, partition),
    steps: stepsOf(pipeline, before, seed + 10 * partition),
  }));
  const outputs: GraphOutput[] = [];
  while (lanes.some(({ steps }) => steps.length > 0)) {
    const lane = lanes[random.int(0, 1)];
    for (const step of lane?.steps.splice(0, random.int(1, 5)) ?? []) {
      if (step.record === "idle") lane?.graph.idle(step.input);
      else lane?.graph.feed(step.input, [step.record]);
    }
    outputs.push(...(lane?.graph.take() ?? []));
  }
  return outputs.flatMap((output, offset): LogRecord[] => {
    if (output.kind === "letter" || output.topic.name !== topic.name) return [];
    const key = output.kind === "record" ? Buffer.from(output.key) : null;
    return [{ offset, timestampMs: Number.NaN, key, value: topic.type.toBuffer(output.value), headers: {} }];
  });
}
