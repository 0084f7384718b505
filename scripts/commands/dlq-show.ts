import { z } from "zod";
import { topics } from "../../schemas/topics/index.ts";
import { command } from "../command-line/command.ts";
import { letterAt } from "../dlq/letters.ts";
import { shown } from "../dlq/shown.ts";

/** Exit 2 where no letter stands at that place, as after the topic's retention. */
export const dlqShow = command({
  name: "dlq show",
  summary: "Shows one dead letter whole: why, from where, and its bytes.",
  examples: ["gatewatch dlq show 0/17", "gatewatch dlq show 0/17 --json | jq -r .valueBase64 | base64 -d"],
  positional: ["place"],
  configured: true,
  options: z.strictObject({
    place: z
      .string()
      .regex(/^\d+[/:@]\d+$/, "PARTITION/OFFSET is wanted, as `dlq list` shows them")
      .describe("partition and offset in the dead-letter topic, such as 0/17"),
    json: z.boolean().default(false).describe("one JSON object a line"),
  }),
  async run({ place, ...options }, io, context) {
    const [partition = 0, offset = 0] = place.split(/[/:@]/).map(Number);
    const settings = context.settings();
    const log = await context.kafka(settings);
    const topic = context.named(settings)(topics.dlq.name);
    const record = await letterAt(log, { topic, partition }, offset);
    for (const line of shown(record, options.json)) io.out(line);
    return 0;
  },
});
