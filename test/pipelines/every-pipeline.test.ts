import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GraphOutput, LaneGraph } from "../../operators/stream/lane-graph.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import { pipelines } from "../../pipelines/index.ts";
import { asJson, openLane, type Step, stepsOf } from "./steps.ts";

/**
 * What holds for every part of every pipeline on the list, those behind a `rekey` too: the same order over its inputs gives the same
 * records and marks, however it is cut, and wherever it was restored.
 */
describe.each(pipelines)("$name", (pipeline) => {
  it.each(pipeline.shape().parts)("gives the same records however $name is cut into fetches, with a restore anywhere between", (part) => {
    const steps = stepsOf(pipeline, part);
    const whole = outputsOf(pipeline, part.name, [steps]);
    expect(new Set(steps.map(({ input }) => input)).size).toBe(part.inputs.length);
    expect(whole.filter((text) => text.startsWith("letter"))).toEqual([]);
    expect(whole.length).toBeGreaterThan(100);
    fc.assert(
      fc.property(fc.array(fc.nat(steps.length), { maxLength: 12 }), fc.nat(12), (cuts, restoreAt) => {
        expect(outputsOf(pipeline, part.name, pieces(steps, cuts), restoreAt)).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });
});

function pieces<T>(all: readonly T[], cuts: readonly number[]): T[][] {
  const at = [0, ...[...cuts].sort((a, b) => a - b), all.length];
  return at.slice(1).map((end, i) => all.slice(at[i], end));
}

/** As text, topic by topic in order (between topics there is none); before piece `restoreAt` the lane's state goes through a checkpoint into a new graph. */
function outputsOf(pipeline: Pipeline, part: string, fetches: readonly Step[][], restoreAt = -1): string[] {
  let graph = openLane(pipeline, part);
  const out = new Map<string, string[]>();
  for (const [i, steps] of fetches.entries()) {
    if (i === restoreAt) graph = restored(graph, openLane(pipeline, part));
    feed(graph, steps);
    for (const output of graph.take()) {
      const topic = output.kind === "letter" ? "letters" : output.topic.name;
      const sofar = out.get(topic);
      if (sofar === undefined) out.set(topic, [asText(output)]);
      else sofar.push(asText(output));
    }
  }
  return [...out].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([, written]) => written);
}

function asText(output: GraphOutput): string {
  if (output.kind === "letter") return `letter ${output.letter.code} ${output.letter.message}`;
  return `${output.kind} ${asJson([output.topic.name, output.kind === "record" ? output.key : null, output.value])}`;
}

/** Records of one input that follow one another go in as one fetch. */
function feed(graph: LaneGraph, steps: readonly Step[]): void {
  let fetched: LogRecord[] = [];
  for (const [i, { input, record }] of steps.entries()) {
    if (record === "idle") {
      graph.idle(input);
      continue;
    }
    fetched.push(record);
    const next = steps[i + 1];
    if (next?.input === input && next.record !== "idle") continue;
    graph.feed(input, fetched);
    fetched = [];
  }
}

function restored(from: LaneGraph, to: LaneGraph): LaneGraph {
  const saved = from.dump();
  to.load(saved);
  expect(to.dump()).toEqual(saved);
  return to;
}
