import pino from "pino";

/** The log as everything here takes it. */
export type Logger = pino.Logger;

/** This and what is graver is written. `silent` is for tests and for benches. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Where lines go, and in what form. */
export interface LogOptions {
  readonly level?: LogLevel;
  /** One readable line instead of JSON, for terminals. */
  readonly readable?: boolean;
  /** Takes one line without its line feed. */
  write(line: string): void;
}

/**
 * The log of a process: JSON lines, or readable ones for a terminal. `error` means that data was lost or a person is needed,
 * `warn` that something went wrong and came right, `info` is once per lane and life cycle; nothing is logged per record.
 * Lines about a lane carry `pipeline`, `lane` and `offset`.
 */
export function openLog({ level = "info", readable = false, write }: LogOptions): Logger {
  /** pino ends each line with a line feed; whoever writes brings their own. */
  const destination = { write: (text: string) => write(readable ? asReadable(text) : text.trimEnd()) };
  return pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    destination,
  );
}

/** `12:30:00.123 warn  the message (lane router-windows/moe.router/3, offset 512)`. */
function asReadable(json: string): string {
  const { level, time, msg = "", pid: _, err, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const about = Object.entries(rest).map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`);
  const cause = err === undefined ? [] : [`cause ${(err as { message?: string }).message ?? JSON.stringify(err)}`];
  const notes = [...about, ...cause].join(", ");
  return `${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${String(msg)}${notes === "" ? "" : ` (${notes})`}`;
}
