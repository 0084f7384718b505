import { withoutSecrets } from "../../infra/telemetry/without-secrets.ts";
import { type Fault, faultOf } from "../../schemas/faults/fault.ts";

/** One thing looked at. */
export interface Check {
  readonly name: string;
  /** Empty where it has none. */
  readonly address: string;
  readonly ok: boolean;
  /** A version where it is well, a sentence and its remedy where it is not. */
  readonly detail: string;
  /** Whether Gatewatch cannot do its work here without it. */
  readonly needed: boolean;
}

/** A neighbour that needs longer is not well. */
const limitMs = 10_000;

/** Does not throw: what fails, or takes too long, is a check that is not ok. Neither its address nor its detail shows a password. */
export async function check(name: string, address: string, needed: boolean, look: () => Promise<string>): Promise<Check> {
  const shown = { name, address: withoutSecrets(address), needed };
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs);
  try {
    return { ...shown, ok: true, detail: await Promise.race([look(), late.promise]) };
  } catch (error) {
    return { ...shown, ok: false, detail: withoutSecrets(sentence(faultOf(error, "GW_PART_FAILED", "looking"), error)) };
  } finally {
    clearTimeout(timer);
  }
}

function sentence(fault: Fault, error: unknown): string {
  if (fault !== error) return error instanceof Error ? error.message : String(error);
  return `${fault.code}: ${fault.message}. ${fault.remedy}`;
}
