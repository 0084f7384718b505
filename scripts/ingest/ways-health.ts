import type { RunningTail } from "../../infra/ingest/logs/tail-log.ts";
import type { Waits } from "../../infra/ingest/way-in.ts";

/** The body of `/readyz` of the ways in. */
export interface WaysState {
  /** No way in waits. */
  readonly ready: boolean;
  /** Which waits, and what for. */
  readonly reasons: readonly string[];
  /** Lines of each tailed log since the start. */
  readonly tails: readonly Pick<RunningTail, "path" | "counts">[];
}

/** How the ways in of one process fare. What comes over HTTP is not among them: who sends is told. */
export class WaysHealth {
  readonly #waiting = new Map<string, string>();
  tails: readonly RunningTail[] = [];

  readonly waits: Waits = (who, reason) => {
    if (reason === undefined) this.#waiting.delete(who);
    else this.#waiting.set(who, reason);
  };

  /** Looks only. */
  state(): WaysState {
    const reasons = [...this.#waiting].map(([who, reason]) => `${who} waits: ${reason}`);
    return { ready: reasons.length === 0, reasons, tails: this.tails.map(({ path, counts }) => ({ path, counts })) };
  }
}
