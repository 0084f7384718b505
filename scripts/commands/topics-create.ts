import { z } from "zod";
import { patiently } from "../../infra/patience/patiently.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { catalogueTopic } from "../command-line/catalogue-topic.ts";
import { command } from "../command-line/command.ts";
import { printRows } from "../command-line/table.ts";
import { topicSpec } from "../worker/topic-specs.ts";

/** Idempotent: a topic that exists stays as it is, also where it differs from the catalogue. */
export const topicsCreate = command({
  name: "topics create",
  summary: "Makes the topics of the catalogue that do not exist yet.",
  examples: ["gatewatch topics create", "gatewatch topics create moe.router moe.expert --partitions 12"],
  positional: ["topic"],
  configured: true,
  options: z.strictObject({
    topic: z.array(z.string()).default([]).describe("only these; all where left out"),
    partitions: z.coerce
      .number()
      .int()
      .positive()
      .optional()
      .describe("how many; as the catalogue says where left out. Tables always have one"),
    json: z.boolean().default(false).describe("one JSON object a line"),
  }),
  async run({ topic: names, partitions, ...options }, io, context) {
    const chosen = names.length === 0 ? all : names.map((name) => catalogueTopic(name));
    const settings = context.settings();
    const named = context.named(settings);
    const sizing = { ...settings.kafka, partitions: partitions ?? settings.kafka.partitions };
    const specs = chosen.map((topic) => topicSpec(topic, named, sizing));
    const log = await patiently(() => context.kafka(settings), {
      stop: context.stop,
      withinMs: 30_000,
      say: (sentence) => io.note(sentence),
    });
    const made = new Set(await log.admin.createTopics(specs));
    const counts = await log.admin.partitions(specs.map(({ name }) => name));
    const rows = specs.map(({ name }) => ({ topic: name, made: made.has(name), partitions: counts.get(name) ?? null }));
    await printRows(rows, options.json, io);
    return 0;
  },
});

const all: readonly AnyTopic[] = Object.values(topics) as readonly AnyTopic[];
