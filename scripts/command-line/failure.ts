import { Fault } from "../../schemas/faults/fault.ts";
import { faults } from "../../schemas/faults/faults.ts";

/** Any error as what a person reads and the shell sees. A stack trace only where the log level asks for it. */
export function failure(error: unknown): { text: string; exitCode: number } {
  if (error instanceof Fault) {
    const { code, message, remedy } = error;
    const end = message.includes("\n") ? "\n" : /[.!?]$/.test(message) ? " " : ". ";
    return { text: `${code}: ${message}${end}${remedy}`, exitCode: faults[code].then === "usage" ? 2 : 1 };
  }
  const message = error instanceof Error ? error.message : String(error);
  const trace = process.env.GATEWATCH_LOG_LEVEL === "debug" && error instanceof Error ? `\n${error.stack}` : "";
  return { text: `A defect: ${message}. Run again with GATEWATCH_LOG_LEVEL=debug and report what it prints.${trace}`, exitCode: 1 };
}
