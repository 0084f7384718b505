import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { catalogueTopic } from "./catalogue-topic.ts";

const hasSchema = ({ schema }: AnyTopic): boolean => schema !== null;

/** The topics named that have a schema; all that have one where none is named. Throws GW_USAGE. */
export function topicsWithSchema(names: readonly string[]): readonly AnyTopic[] {
  if (names.length === 0) return (Object.values(topics) as readonly AnyTopic[]).filter(hasSchema);
  return names.map((name) => catalogueTopic(name, hasSchema));
}
