import type { AnyTopic } from "../../schemas/topics/topic.ts";

/** One input record of a pipeline, before it has bytes. */
export interface InputRecord {
  readonly topic: AnyTopic;
  readonly value: unknown;
}

/** 2026, so that event times are credible. */
export const startMs = Date.UTC(2026, 0, 1);
