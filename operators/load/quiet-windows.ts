import type { OperatorFunction } from "rxjs";
import type { LoadWindow } from "../../schemas/types/avro.ts";
import type { Batch } from "../stream/batch.ts";
import { type StructOf, struct } from "../stream/codec.ts";
import { ok } from "../stream/outcome.ts";
import { type StoreFactory, stage } from "../stream/stage.ts";
import { windowOf } from "./load-sums.ts";
import { scopeKey } from "./scope.ts";

const fields = { clusterId: "string", deploymentId: "string", next: "int64", until: "int64", known: "int64" } as const;
/** Microseconds: the next window that may be one of nothing, the end of the last that may, and up to where windows have come. */
type State = StructOf<typeof fields>;

/** Times in microseconds. */
export interface QuietOptions {
  /** Length of the windows. */
  readonly size: number;
  /** How long after its last window a deployment is said to have had nothing; 0 for never. */
  readonly quiet: number;
  readonly maxKeys: number;
  readonly store: StoreFactory;
}

/**
 * Says in windows of nothing that a deployment has gone quiet, for a while; then it says no more.
 *
 *     windows   5  .  .  3  .  .  .  .  .  ─▶
 *     out       5  0  0  3  0  0  0        ─▶    here for three windows
 *
 * Nothing is said before time has passed a window for all who send, which only other requests can make it do: where everything is
 * silent, nobody knows whether there is nothing to do or nothing is heard. With the first request after that they are said in
 * arrears, for as long as they may be: the records of a pause and of an outage are the same. The windows that come must be those of closed time, in
 * the order of their deployment. A window of nothing comes out one step of the watermark later than one with requests, or before
 * the next of its deployment. State: 40 bytes and the names, a deployment.
 */
export function quietWindows(
  name: string,
  { size, quiet, maxKeys, store }: QuietOptions,
): OperatorFunction<Batch<LoadWindow>, Batch<LoadWindow>> {
  /** Windows of nothing that end at `end` at the latest. In place. */
  const nothing = (state: State, end: number): LoadWindow[] => {
    const out: LoadWindow[] = [];
    for (; state.next + size <= Math.min(end, state.until); state.next += size) {
      const { clusterId, deploymentId, next } = state;
      const sums = { clusterId, deploymentId, requests: 0, inputTokens: 0, outputTokens: 0, missedObjectives: 0 };
      out.push(windowOf(sums, next, next + size));
    }
    return out;
  };
  return stage<State, LoadWindow, LoadWindow>(
    name,
    {
      kind: "quiet-windows",
      summary: "Windows of nothing for who has gone quiet",
      settings: { sizeS: size / 1e6, quietS: quiet / 1e6 },
      state: { codec: struct(fields), initial: () => ({ clusterId: "", deploymentId: "", next: 0, until: 0, known: 0 }) },
      step(state, window, at) {
        const before = nothing(state, window.windowStart);
        if (isTime(at.watermark)) state.known = at.watermark;
        state.clusterId = window.clusterId;
        state.deploymentId = window.deploymentId;
        state.next = Math.max(state.next, window.windowEnd);
        state.until = state.next + quiet;
        return ok(...before, window);
      },
      due: ({ next, until, known }) => (next + size > until ? Number.NaN : Math.max(next + size, known + 1)),
      // What is known now goes with the records of this batch; what was known before has been seen whole.
      close(state, { watermark }) {
        const out = nothing(state, state.known);
        if (isTime(watermark)) state.known = watermark;
        else state.until = state.next;
        return out;
      },
      done: ({ next, until }) => next + size > until,
    },
    { key: scopeKey, maxKeys, store },
  );
}

/** At the end of an input the watermark is beyond all time: what would have come then is not known. */
const isTime = (watermark: number): boolean => Number.isSafeInteger(watermark);
