import type { Patience } from "../patience/patiently.ts";

/** Told what a way in waits for, by its name, and nothing once it goes on: health shows it. */
export type Waits = (who: string, reason?: string) => void;

/** Whom the ways in of one process tell how they fare. */
export interface Telling {
  /** Takes one line for people. */
  say(line: string): void;
  readonly waits: Waits;
}

/** How a way in waits that works by itself, and whom it tells. */
export interface WaitingWays {
  readonly waits?: Waits | undefined;
  /** In place of the usual pauses. */
  readonly patience?: Pick<Patience, "pauseMs" | "quietMs">;
}

/**
 * For as long as it takes and whatever the reason: nobody stands behind a log or a folder who could be told to come again. An
 * intake that is full for a few seconds is the common case, and not worth a word.
 */
export function endlessPatience(
  who: string,
  { waits, patience }: WaitingWays,
  { say, stop }: { say: (line: string) => void; stop: AbortSignal },
): Omit<Patience, "every"> {
  return {
    say: (sentence) => say(`${who}: ${sentence}`),
    waits: (reason) => waits?.(who, reason),
    stop,
    quietMs: 5_000,
    pauseMs: { first: 100, most: 5_000 },
    ...patience,
  };
}
