import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LaneGraph } from "../../operators/stream/lane-graph.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import type { LogRecord } from "../../operators/stream/record.ts";
import { pipelines } from "../../pipelines/index.ts";
import { asLogRecord, decodePlain } from "./driver.ts";
import { inputsOf } from "./inputs.ts";

/** What holds for every pipeline on the list: the same input gives the same records, however it is cut, and wherever it was restored. */
describe.each(pipelines)("$name", (pipeline) => {
  const parts = pipeline.shape().parts.filter(({ inputs }) => inputs.every(({ role }) => role !== "parts"));

  it.each(parts)("gives the same records however $name is cut into fetches, with a restore anywhere between", (part) => {
    const topic = part.inputs[0]?.topic.name ?? "";
    const records = recordsFor(topic);
    const whole = outputsOf(pipeline, part.name, [records]);
    expect(whole.length).toBeGreaterThan(100);
    fc.assert(
      fc.property(fc.array(fc.nat(records.length), { maxLength: 12 }), fc.nat(12), (cuts, restoreAt) => {
        expect(outputsOf(pipeline, part.name, pieces(records, cuts), restoreAt)).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });
});

function recordsFor(topic: string): LogRecord[] {
  const inputs = inputsOf[topic];
  if (inputs === undefined) throw new Error(`test/pipelines/inputs.ts has no records for ${topic}`);
  return inputs(200, 3).map(asLogRecord);
}

function pieces<T>(all: readonly T[], cuts: readonly number[]): T[][] {
  const at = [0, ...[...cuts].sort((a, b) => a - b), all.length];
  return at.slice(1).map((end, i) => all.slice(at[i], end));
}

/** As text, topic by topic in order (between topics there is none); before piece `restoreAt` the lane's state goes through a checkpoint into a new graph. */
function outputsOf(pipeline: Pipeline, part: string, fetches: readonly LogRecord[][], restoreAt = -1): string[] {
  const open = () => pipeline.open(part, { partition: 0, lanes: 1, maxAheadMs: 3_600_000, decode: decodePlain });
  let graph = open();
  const out = new Map<string, string[]>();
  for (const [i, fetch] of fetches.entries()) {
    if (i === restoreAt) graph = restored(graph, open());
    graph.feed(0, fetch);
    for (const output of graph.take()) {
      const topic = output.kind === "letter" ? "letters" : output.topic.name;
      const written = output.kind === "record" ? JSON.stringify([topic, output.key, output.value]) : output.kind;
      const sofar = out.get(topic);
      if (sofar === undefined) out.set(topic, [written]);
      else sofar.push(written);
    }
  }
  return [...out].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([, written]) => written);
}

function restored(from: LaneGraph, to: LaneGraph): LaneGraph {
  const saved = from.dump();
  to.load(saved);
  expect(to.dump()).toEqual(saved);
  return to;
}
