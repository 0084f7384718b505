import { z } from "zod";
import { lines } from "../../infra/ingest/lines.ts";
import { pipelines } from "../../pipelines/index.ts";
import { Apply, type ApplyCounts } from "../apply/apply.ts";
import { chosenPipelines } from "../command-line/chosen-pipelines.ts";
import { command } from "../command-line/command.ts";
import { input, output } from "../command-line/files.ts";
import { Progress } from "../command-line/progress.ts";
import { latenessText } from "../topology/drawing.ts";

/** Exit 0 also with dead-lettered lines: the input is to blame and not the run. Needs no address; opens no connection. */
export const apply = command({
  name: "apply",
  summary: "Runs pipelines over JSON Lines, without a broker.",
  details:
    'One record a line: {"topic": "moe.router", "value": {…}}; key, timestamp, partition and offset may stand beside it, as `tail --raw` prints them. The same input gives the same bytes. What cannot be used becomes a gatewatch.dlq line, and the run goes on.' +
    ` ${latenessText(pipelines)}`,
  examples: [
    "gatewatch apply router-windows --in router.jsonl --out alerts.jsonl",
    "gatewatch tail moe.router --raw --no-follow | gatewatch apply router-windows --no-close",
  ],
  positional: ["pipeline"],
  configured: true,
  options: z.strictObject({
    pipeline: z.string().describe("one, or several comma separated: what one writes, the next reads"),
    in: z.string().optional().describe("input file; stdin where left out"),
    out: z.string().optional().describe("output file; stdout where left out"),
    scores: z.string().optional().describe("also writes every score computed, alarm or not, to this file: line, kind, score, probability"),
    close: z.boolean().default(true).describe("leaves open at the end what is open, as `run` does"),
    partitions: z.coerce
      .number()
      .int()
      .positive()
      .optional()
      .describe("partitions of the input topics, for pipelines of several parts over lines that carry `partition`"),
  }),
  async run({ pipeline, in: from, out: to, scores: scoresTo, close, partitions }, io, context) {
    const chosen = chosenPipelines(pipeline, pipelines);
    const settings = context.settings();
    const scores = scoresTo === undefined ? undefined : await output(scoresTo, io, from);
    const run = new Apply({
      pipelines: chosen.map((one) => ({ pipeline: one, options: settings.pipelines[one.name] })),
      group: settings.group,
      maxAheadMs: settings.lane.maxAheadMs,
      partitions,
      close,
      onScore: scores === undefined ? undefined : (line) => scores.line(line),
    });
    const source = await input(from, io);
    const sink = await output(to, io, from);
    const startedAt = performance.now();
    const seconds = () => ((performance.now() - startedAt) / 1_000).toFixed(1);
    const progress = new Progress(io, () => `${run.counts.in} lines in ${seconds()} s`);
    for await (const some of lines(source)) {
      for (const line of some) for (const made of run.line(line)) sink.line(made);
      await sink.room();
      await scores?.room();
      progress.step();
    }
    for (const made of run.end()) sink.line(made);
    await sink.end();
    await scores?.end();
    for (const line of counted(run.counts, seconds())) io.note(line);
    return 0;
  },
});

/** To stderr, so that stdout is data alone; sorted, so that two runs can be compared. */
function counted({ in: read, out, dropped, deadLettered }: ApplyCounts, seconds: string): string[] {
  return [
    `in             ${read}`,
    ...[...out].sort().map(([topic, count]) => `out            ${count} ${topic}`),
    ...[...dropped].sort().map(([reason, count]) => `dropped        ${count} ${reason}`),
    `dead-lettered  ${deadLettered}`,
    `seconds        ${seconds}`,
  ];
}
