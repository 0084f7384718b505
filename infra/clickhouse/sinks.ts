import { tableOf } from "../../schemas/clickhouse/table.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { SinkToRun } from "../lanes/worker.ts";
import type { ClickHouseClient } from "./client.ts";
import { rowMaker } from "./rows.ts";
import { type SinkSettings, sinkDefaults } from "./settings.ts";
import { SinkLane, type SinkMeter } from "./sink-lane.ts";
import { type SinkTable, sinkTable } from "./sink-table.ts";

export interface SinksOptions {
  /** Positions and transactional ids live under names that begin with this. */
  readonly group: string;
  readonly client: ClickHouseClient;
  readonly database: string;
  readonly named: (topic: string) => string;
  readonly settings?: Partial<SinkSettings>;
  readonly meter?: SinkMeter;
  /** The topics to sink: all that have a table where left out. */
  readonly only?: readonly AnyTopic[];
  /** Stands between a lane and its table, for tests that break the way. */
  readonly between?: (table: SinkTable) => SinkTable;
}

/** The topics of the catalogue that a table is filled from. */
export const sunkTopics: readonly AnyTopic[] = Object.values(topics).filter(
  (topic: AnyTopic) => topic.table !== null,
) as readonly AnyTopic[];

/** One sink a topic: the worker opens a lane of it for each partition it is given. Its tables must exist (`ensureTables`). */
export function sinksToRun({
  group,
  client,
  database,
  named,
  settings,
  meter = silent,
  only = sunkTopics,
  between = same,
}: SinksOptions): SinkToRun[] {
  return only.map((topic) => {
    const name = named(topic.name);
    const sinkGroup = `${group}.sinks.${topic.name}`;
    const table = tableOf(topic)?.name ?? topic.name;
    return {
      topic: name,
      group: sinkGroup,
      open(links, partition) {
        const place = { topic: name, partition };
        const rows = rowMaker(topic, place, links.codec);
        const filled = between(sinkTable(client, database, table, rows.columns, place));
        return new SinkLane({
          links,
          group: sinkGroup,
          topic,
          place,
          table: filled,
          rows,
          settings: { ...sinkDefaults, ...settings },
          meter,
        });
      },
    };
  });
}

const silent: SinkMeter = { block: () => undefined, retry: () => undefined };
const same = (table: SinkTable): SinkTable => table;
