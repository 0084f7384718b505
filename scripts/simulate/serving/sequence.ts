import { type Arrival, blocksOf } from "../requests/arrival.ts";

/** A request inside an engine. */
export interface Sequence {
  readonly arrival: Arrival;
  readonly cachedTokens: number;
  /** Tokens of the prompt still to be computed; after a preemption also those already produced. */
  prefillLeft: number;
  produced: number;
  scheduledMs: number | null;
  firstTokenMs: number | null;
  preemptions: number;
  /** Tokens computed since the router's window began. */
  windowTokens: number;
}

export const held = ({ arrival, produced }: Sequence): number => blocksOf(arrival.inputTokens + produced);

/** How a request has left an engine, or what has happened to it there. */
export interface Change {
  readonly state: "PREEMPTED" | "FINISHED" | "ABORTED" | "REJECTED";
  readonly atMs: number;
  readonly sequence: Sequence;
}
