import { closest } from "../../schemas/faults/closest.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";

/** The topic of this name, if it will do. Throws GW_USAGE, with the nearest name. */
export function catalogueTopic(name: string, fits: (topic: AnyTopic) => boolean = () => true): AnyTopic {
  const all: readonly AnyTopic[] = Object.values(topics).filter(fits) as readonly AnyTopic[];
  const found = all.find((topic) => topic.name === name);
  if (found !== undefined) return found;
  const names = all.map((topic) => topic.name);
  const near = closest(name, names);
  throw new Fault(
    "GW_USAGE",
    `there is no topic ${name} for this${near === undefined ? `; there are ${names.join(", ")}` : `; did you mean ${near}?`}`,
  );
}
