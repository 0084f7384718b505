import { alert } from "./alert.ts";
import { audit } from "./audit.ts";
import { command } from "./command.ts";
import { decision } from "./decision.ts";
import { dlq } from "./dlq.ts";
import { experiment } from "./experiment.ts";
import { expert } from "./expert.ts";
import { feedback } from "./feedback.ts";
import { incident } from "./incident.ts";
import { injection } from "./injection.ts";
import { insight } from "./insight.ts";
import { intel } from "./intel.ts";
import { load } from "./load.ts";
import { metric } from "./metric.ts";
import { policy } from "./policy.ts";
import { request } from "./request.ts";
import { router } from "./router.ts";
import { score } from "./score.ts";
import type { AnyTopic } from "./topic.ts";
import { window } from "./window.ts";

/** The topic catalogue: creation, encoding, `apply`, the sinks and the reference page all read it. */
export const topics = {
  // What others write.
  router,
  expert,
  request,
  load,
  metric,
  // Small tables that every lane reads whole.
  intel,
  policy,
  experiment,
  feedback,
  command,
  // What pipelines write.
  alert,
  insight,
  decision,
  incident,
  audit,
  window,
  score,
  dlq,
  // What the simulator tells of itself; no pipeline reads it.
  injection,
} as const;

const byName: ReadonlyMap<string, AnyTopic> = new Map(Object.values(topics).map((topic: AnyTopic) => [topic.name, topic]));

/** The topic of this name, without namespace. */
export const topicByName = (name: string): AnyTopic | undefined => byName.get(name);
