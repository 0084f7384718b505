import { internalTopic } from "./internal.ts";
import type { AnyTopic } from "./topic.ts";
export const topics = { dlq: internalTopic<never>({ name: "gatewatch.dlq", schema: { type: "record", name: "Dlq", fields: [] }, eventTime: null }) } as never as Record<string, never> & { dlq: AnyTopic };
export const topicByName = (name: string): AnyTopic | undefined => Object.values(topics).find((t: AnyTopic) => t.name === name);
