import { type FaultCode, faults } from "./faults.ts";

/**
 * The one error class. `code` is public (dead-letter headers, logs, the reference page carry it); what happens next is the
 * rule that belongs to the code, so nobody compares messages. `message` says what happened and to what.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(code: FaultCode, message: string, context: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "Fault";
    this.code = code;
    this.context = context;
  }

  get retriable(): boolean {
    return faults[this.code].retriable;
  }

  /** What a person can do about it, one sentence. */
  get remedy(): string {
    return faults[this.code].remedy;
  }
}

/** Any thrown value as a Fault: itself, or wrapped under the code that says who let it out. */
export function faultOf(error: unknown, code: FaultCode, doing: string): Fault {
  if (error instanceof Fault) return error;
  return new Fault(code, `${doing}: ${error instanceof Error ? error.message : String(error)}`, {}, error);
}
