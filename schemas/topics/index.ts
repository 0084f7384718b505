import { alert } from "./alert.ts";
import { dlq } from "./dlq.ts";
import { router } from "./router.ts";
import type { AnyTopic } from "./topic.ts";
import { window } from "./window.ts";

/** The topic catalogue: creation, encoding, `apply`, the sinks and the reference page all read it. */
export const topics = { router, alert, window, dlq } as const;

const byName: ReadonlyMap<string, AnyTopic> = new Map(Object.values(topics).map((topic: AnyTopic) => [topic.name, topic]));

/** The topic of this name, without namespace. */
export const topicByName = (name: string): AnyTopic | undefined => byName.get(name);
