/** Everything the simulator writes; `moe.load` only where it is asked for. */
export const simulatedTopics = ["moe.router", "moe.expert", "moe.request", "moe.metric", "moe.load", "gatewatch.injection"] as const;

/** One event with the topic it is for, in the form that `apply` and `produce` take. */
export interface SimulatedEvent {
  readonly topic: (typeof simulatedTopics)[number];
  readonly value: { readonly [field: string]: unknown };
}

/** All that becomes known in one second. */
export interface Slice {
  readonly endMs: number;
  /** In order of the time at which each was made. */
  readonly events: readonly SimulatedEvent[];
}

/** An event and when it becomes known, in milliseconds since 1970. */
export interface Made {
  readonly atMs: number;
  readonly event: SimulatedEvent;
}

/** An event of a request with its time. */
export const request = (value: { readonly ts: number }): Made => ({
  atMs: value.ts / 1_000,
  event: { topic: "moe.request", value: { ...value } },
});
