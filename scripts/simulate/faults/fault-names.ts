/**
 * Every fault and attack the simulator knows, with the kinds of alert that would be a right answer: first those that name the
 * cause, then those that name what it does (a slow GPU makes times between tokens leap).
 */
export const faultKinds = {
  "dead-expert": ["expert.dead", "router.baseline"],
  "hot-expert": ["expert.hot", "rank.hot", "router.baseline"],
  "router-collapse": ["router.collapse", "router.baseline"],
  "token-drops": ["router.drop"],
  "sick-gpu": ["rank.straggler", "metric.spike", "metric.pattern"],
  "lying-engine": ["engine.lying", "engine.frozen"],
  "stale-placement": ["placement.stale", "rank.hot"],
  "request-flood": [
    "behaviour.token-flood",
    "behaviour.denial-of-service",
    "queue.growth",
    "kv.exhaustion",
    "metric.spike",
    "metric.pattern",
  ],
  "credential-stuffing": ["behaviour.credential-stuffing", "behaviour.password-spraying", "behaviour.brute-force"],
  scanner: ["behaviour.scan", "http.threat"],
  "sql-injection": ["http.threat"],
  "prompt-injection": ["prompt.injection"],
  "repeated-token": ["router.repeated-token", "router.drift", "router.baseline", "metric.spike", "metric.pattern"],
} as const satisfies Record<string, readonly string[]>;

export type FaultName = keyof typeof faultKinds;

export const faultNames = Object.keys(faultKinds) as FaultName[];

/** A fault with its time; `startMs` inclusive, `endMs` exclusive, in milliseconds since 1970. */
export interface PlannedFault {
  readonly name: FaultName;
  readonly startMs: number;
  readonly endMs: number;
}
