import { z } from "zod";
import { patiently } from "../../infra/patience/patiently.ts";
import type { RecordCodec } from "../../infra/registry/record-codec.ts";
import { shapeOf } from "../../schemas/shapes/shape.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { catalogueTopic } from "../command-line/catalogue-topic.ts";
import { command } from "../command-line/command.ts";
import { filterOf } from "../tail/filter.ts";
import { beginningsOf, timeOf } from "../tail/from.ts";
import { asTheyCome, type FoundRecord, upToNow } from "../tail/merged.ts";
import { rawLine, told } from "../tail/record-text.ts";

/** What cannot be decoded is printed with its reason and bytes. Ends with exit 0 when its reader goes away (`| head`). */
export const tail = command({
  name: "tail",
  summary: "Prints a topic's committed records as JSON Lines, and those to come.",
  details:
    "What stands in the topic comes first, by the broker's timestamps; then what comes as it comes, until Ctrl-C. A filter is FIELD OP VALUE on the record's value with the operators = != > >= < <= and ~ (contains), fields nested by dots; several must all hold.",
  examples: [
    "gatewatch tail gatewatch.alert --from earliest --filter severity=HIGH",
    "gatewatch tail moe.router --raw --from 2026-01-31T12:00:00Z --no-follow",
    "gatewatch tail gatewatch.window --filter imbalanceMax>=3 --limit 10",
  ],
  positional: ["topic"],
  configured: true,
  lasting: true,
  options: z.strictObject({
    topic: z.string().describe("a topic of the catalogue"),
    from: z
      .string()
      .default("latest")
      .describe("where to begin: earliest, latest, or a time (ISO 8601, UTC where it names no zone; or milliseconds since 1970)"),
    filter: z.array(z.string()).default([]).describe("only records for which this holds; may be repeated"),
    raw: z.boolean().default(false).describe("with partition, offset, timestamp, key and headers, as `apply` reads them"),
    limit: z.coerce.number().int().positive().optional().describe("ends after so many"),
    follow: z.boolean().default(true).describe("ends at what is the end of the topic now"),
  }),
  async run({ topic: name, from, filter, raw, limit = Number.POSITIVE_INFINITY, follow }, io, context) {
    const topic = catalogueTopic(name);
    const holds = filterOf(filter, topic.schema === null ? undefined : shapeOf(topic.schema));
    if (from !== "earliest" && from !== "latest") timeOf(from);
    const settings = context.settings();
    const { stop } = context;
    const patience = { stop, withinMs: 30_000, say: (sentence: string) => io.note(sentence) };
    const log = await patiently(() => context.kafka(settings), patience);
    const codec = await context.codec(settings);
    let printed = 0;
    const print = async (found: FoundRecord): Promise<boolean> => {
      if (stop.aborted) return false;
      await warm(topic, found, codec);
      const text = told(topic, found.record, codec);
      if (!holds(text.value)) return true;
      io.out(raw ? rawLine(topic, found, text) : text.json);
      await io.room();
      printed += 1;
      return printed < limit && !stop.aborted;
    };
    const standing = upToNow(log, await beginningsOf(log, context.named(settings)(topic.name), from));
    let step = await standing.next();
    for (; step.done !== true; step = await standing.next()) if (!(await print(step.value))) return 0;
    if (follow) for await (const found of asTheyCome(log, step.value, stop)) if (!(await print(found))) return 0;
    return 0;
  },
});

/** Schemas are asked for one record at a time: what is printed must not wait for what comes after it. */
async function warm(topic: AnyTopic, { record }: FoundRecord, codec: RecordCodec): Promise<void> {
  if (topic.schema === null) return;
  const unknown = codec.unknownIds([record]);
  if (unknown.length > 0) await codec.warm(unknown);
}
