import { z } from "zod";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { command } from "../command-line/command.ts";
import { printRows } from "../command-line/table.ts";
import { topicSpec } from "../worker/topic-specs.ts";

/** `offsets` is the distance from first to last: with transactions and compaction there are fewer records. */
export const topicsList = command({
  name: "topics list",
  summary: "Shows the topics of the catalogue and what there is of them.",
  details: "Where a topic does not exist, its partitions are those that it would be made with.",
  examples: ["gatewatch topics list", "gatewatch topics list --json --namespace test"],
  configured: true,
  options: z.strictObject({ json: z.boolean().default(false).describe("one JSON object a line") }),
  async run(options, io, context) {
    const settings = context.settings();
    const named = context.named(settings);
    const log = await context.kafka(settings);
    const counts = await log.admin.partitions(all.map(({ name }) => named(name)));
    const places = all.flatMap(({ name }) =>
      Array.from({ length: counts.get(named(name)) ?? 0 }, (_, partition) => ({ topic: named(name), partition })),
    );
    const ranges = await log.admin.range(places);
    const held = (topic: string) =>
      places.reduce((sum, place, i) => (place.topic === topic ? sum + (ranges[i]?.end ?? 0) - (ranges[i]?.earliest ?? 0) : sum), 0);
    const rows = all.map((topic) => {
      const { name, role, keyFields, cleanup, retentionMs, table } = topic;
      const count = counts.get(named(name));
      return {
        topic: named(name),
        role,
        exists: count !== undefined,
        partitions: count ?? topicSpec(topic, named, settings.kafka).partitions,
        offsets: count === undefined ? null : held(named(name)),
        key: keyFields.join("|"),
        kept: cleanup === "compact" ? "newest of a key" : retentionMs < 0 ? "for ever" : `${retentionMs / 86_400_000} days`,
        table,
      };
    });
    await printRows(rows, options.json, io);
    return 0;
  },
});

const all: readonly AnyTopic[] = Object.values(topics) as readonly AnyTopic[];
