import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../schemas/faults/fault.ts";
import type { Child } from "./child.ts";

export interface Awaited {
  readonly name: string;
  readonly child: Child;
  readonly logFile: string;
  readonly limitMs: number;
  /** True once the part answers; a throw counts as not yet. */
  answers(): Promise<boolean>;
}

/** Waits until the part answers. GW_PART_FAILED, with the last thing it logged, when it ends or does not answer in time; it is stopped then. */
export async function untilReady({ name, child, logFile, limitMs, answers }: Awaited): Promise<void> {
  const limit = Date.now() + limitMs;
  for (;;) {
    if (child.exit !== undefined)
      throw failed(`${name} ended with ${child.exit.signal ?? `code ${child.exit.code}`} while starting`, logFile);
    if (await answers().catch(() => false)) return;
    if (Date.now() > limit) break;
    await pause(50);
  }
  await child.stop();
  throw failed(`${name} did not answer within ${limitMs / 1000} s`, logFile);
}

function failed(what: string, logFile: string): Fault {
  const said = lastWords(logFile);
  return new Fault("GW_PART_FAILED", `${what}${said === "" ? "" : `: ${said}`} (log: ${logFile})`, { logFile });
}

/** The last line of a log that speaks of an error, else its last line. */
export function lastWords(logFile: string): string {
  try {
    const lines = readFileSync(logFile, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
    return (lines.findLast((line) => /error|exception|fatal|refused/i.test(line)) ?? lines.at(-1) ?? "").trim().slice(0, 300);
  } catch {
    return "";
  }
}
