import { z } from "zod";
import { Fault } from "../../schemas/faults/fault.ts";
import { faults } from "../../schemas/faults/faults.ts";
import { topics } from "../../schemas/topics/index.ts";
import { command } from "../command-line/command.ts";
import { printRows } from "../command-line/table.ts";
import { newestLetters } from "../dlq/letters.ts";

/** Reads the topic and not the table: it works without ClickHouse. A topic that is not there has no letters, and exit 0. */
export const dlqList = command({
  name: "dlq list",
  summary: "Shows what could not be processed, newest first.",
  examples: ["gatewatch dlq list --topic moe.request --limit 5", "gatewatch dlq list --json | jq .code"],
  configured: true,
  options: z.strictObject({
    topic: z.string().optional().describe("only records that came from this topic"),
    code: z.string().optional().describe("only with this error code, such as GW_RECORD_SHAPE"),
    limit: z.coerce.number().int().positive().default(20).describe("how many"),
    json: z.boolean().default(false).describe("one JSON object a line"),
  }),
  async run({ topic, code, limit, ...options }, io, context) {
    if (code !== undefined && !Object.hasOwn(faults, code)) throw new Fault("GW_USAGE", `there is no error code ${code}`);
    const settings = context.settings();
    const named = context.named(settings);
    const log = await context.kafka(settings);
    const wanted = topic === undefined ? undefined : new Set([topic, named(topic)]);
    const fits = (letter: { code: string; origin: { topic: string } }) =>
      (wanted?.has(letter.origin.topic) ?? true) && (code === undefined || letter.code === code);
    const letters = await newestLetters(log, named(topics.dlq.name), limit, fits);
    const rows = letters.map(({ place, letter, timestampMs, offset }) => ({
      time: new Date(timestampMs).toISOString(),
      partition: place.partition,
      offset,
      code: letter.code,
      topic: letter.origin.topic,
      stage: letter.stage,
      message: letter.message,
    }));
    await printRows(rows, options.json, io);
    if (rows.length === 0 && !options.json) io.note("Nothing is dead-lettered.");
    return 0;
  },
});
