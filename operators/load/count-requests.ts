import type { OperatorFunction } from "rxjs";
import type { RequestEvent } from "../../schemas/types/avro.ts";
import type { Batch } from "../stream/batch.ts";
import { struct } from "../stream/codec.ts";
import { drop, none, ok } from "../stream/outcome.ts";
import { type StoreFactory, stage } from "../stream/stage.ts";
import { seconds } from "../stream/time.ts";
import { scopeKey } from "./scope.ts";

/** What one event adds to the load of its deployment, at the event's own time. */
export interface RequestCount {
  readonly clusterId: string;
  readonly deploymentId: string;
  /** Event time in microseconds. */
  readonly ts: number;
  /** 1 where the event is the first sight of its request, else 0. */
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** 1 where the request ended and missed an objective of its own. */
  readonly missedObjectives: number;
}

const codec = struct({ ended: "boolean", seen: "boolean" });
const remembered = seconds(900);
const terminal: ReadonlySet<RequestEvent["state"]> = new Set(["FINISHED", "ABORTED", "REJECTED"]);

/**
 * Counts each request once, however many events tell of it: its first sight is the request and its input tokens, its first
 * terminal event brings the output tokens.
 *
 *     events   QUEUED a     FINISHED a     FINISHED b     FINISHED a again
 *     counts   1 request    output of a    1 and output   counted as seen-before
 *
 * Ids are remembered for 15 minutes of event time, within tenant and deployment; events without one are a request each. State:
 * two flags an id; over `maxKeys` the id unused for longest is forgotten, and would be counted again.
 */
export function countRequests(
  name: string,
  { maxKeys, store }: { readonly maxKeys: number; readonly store: StoreFactory },
): OperatorFunction<Batch<RequestEvent>, Batch<RequestCount>> {
  return stage<{ ended: boolean; seen: boolean }, RequestEvent, RequestCount>(
    name,
    {
      kind: "count-requests",
      summary: "Each request once: its first sight, and its end",
      guarantee: "a request is counted once while its id is remembered",
      state: { codec, initial: () => ({ ended: false, seen: false }) },
      drops: ["seen-before"],
      step(state, event) {
        const first = !state.seen;
        const ends = !state.ended && terminal.has(event.state);
        // Without an id nothing tells two requests apart: each event stands for itself.
        if (event.requestId !== "") {
          state.seen = true;
          state.ended ||= ends;
        }
        if (!first && !ends) return terminal.has(event.state) ? drop("seen-before") : none();
        return ok(countOf(event, first, ends));
      },
    },
    { key: requestKey, maxKeys, ttl: remembered, store },
  );
}

/** The tenant belongs to it: an id that clients choose must not hide the request of somebody else. */
const requestKey = (event: RequestEvent): string => `${event.requestId.length}|${event.requestId}|${event.tenantHash}|${scopeKey(event)}`;

const countOf = (event: RequestEvent, first: boolean, ends: boolean): RequestCount => ({
  clusterId: event.clusterId,
  deploymentId: event.deploymentId,
  ts: event.ts,
  requests: first ? 1 : 0,
  inputTokens: first ? event.inputTokens : 0,
  outputTokens: ends ? event.outputTokens : 0,
  missedObjectives: ends && missed(event) ? 1 : 0,
});

/** An objective that was given and not met; what was not measured is not held against it. */
const missed = ({ ttftMs, ttftSloMs, itlMeanMs, itlSloMs }: RequestEvent): boolean => over(ttftMs, ttftSloMs) || over(itlMeanMs, itlSloMs);

const over = (measured: number | null, objective: number | null): boolean =>
  measured !== null && objective !== null && measured > objective;
