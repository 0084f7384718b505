import { z } from "zod";
import { lines } from "../../infra/ingest/lines.ts";
import { RecordMaker } from "../../infra/ingest/record-maker.ts";
import { patiently } from "../../infra/patience/patiently.ts";
import { catalogueTopic } from "../command-line/catalogue-topic.ts";
import { command } from "../command-line/command.ts";
import { input } from "../command-line/files.ts";
import { Progress } from "../command-line/progress.ts";
import { sendLines } from "../produce/send-lines.ts";
import { topicSpec } from "../worker/topic-specs.ts";

/** Exit 1 where a line was left out. Counts are told also where sending has failed, so that a person knows where to go on. */
export const produce = command({
  name: "produce",
  summary: "Sends JSON Lines to a topic as Avro, each line once.",
  details:
    'A line is a value of the topic, or that in the form of `apply` and `tail --raw` ({"topic": …, "value": …}). Each is checked as a lane would check it; bad ones are told with their number and left out. The topic is made and its schema registered where missing. A broker that restarts meanwhile is waited for.',
  examples: [
    "gatewatch produce moe.router --in router.jsonl",
    "gatewatch tail moe.router --raw --from earliest --no-follow | gatewatch produce moe.router --namespace copy",
  ],
  positional: ["topic"],
  configured: true,
  options: z.strictObject({
    topic: z.string().describe("a topic of the catalogue"),
    in: z.string().optional().describe("input file; stdin where left out"),
  }),
  async run({ topic: name, in: from }, io, context) {
    const topic = catalogueTopic(name, ({ schema }) => schema !== null);
    const settings = context.settings();
    const named = context.named(settings);
    const source = await input(from, io);
    const patience = { stop: context.stop, withinMs: 30_000, say: (sentence: string) => io.note(sentence) };
    const log = await patiently(() => context.kafka(settings), patience);
    const codec = await context.codec(settings);
    await patiently(() => log.admin.createTopics([topicSpec(topic, named, settings.kafka)]), patience);
    await patiently(() => codec.register([topic]), patience);
    const writer = await log.producer();
    const counts = { read: 0, sent: 0, bad: 0 };
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1_000;
    const progress = new Progress(io, () => `${counts.sent} records sent to ${topic.name} in ${seconds().toFixed(1)} s`);
    const maker = new RecordMaker({ topic, codec, named, maxAheadMs: settings.lane.maxAheadMs });
    try {
      await sendLines(lines(source), maker, writer, counts, {
        bad: (line, { code, message }) => io.note(`line ${line}: ${code} ${message}`),
        sent: () => progress.step(),
      });
    } finally {
      io.note(`${counts.sent} records sent to ${named(topic.name)}, ${counts.bad} bad lines left out, ${seconds().toFixed(1)} s`);
      await writer.close();
    }
    return counts.bad === 0 ? 0 : 1;
  },
});
