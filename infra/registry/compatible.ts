import avro from "avsc";
import { checkCompatible } from "../../schemas/compatibility.ts";
import { Fault } from "../../schemas/faults/fault.ts";

/** Why this reader cannot read what that writer wrote, naming the field; undefined where it can (BACKWARD). */
export function unreadable(reader: object, writer: object): string | undefined {
  try {
    avro.Type.forSchema(reader as avro.Schema).createResolver(avro.Type.forSchema(writer as avro.Schema));
    return undefined;
  } catch (error) {
    return byField(reader, writer) ?? (error instanceof Error ? error.message : String(error));
  }
}

/** Undefined where the writer is of a form that our own schemas do not have. */
function byField(reader: object, writer: object): string | undefined {
  try {
    const found = checkCompatible(writer, reader).map(({ path, message }) => `${path} ${message}`);
    return found.length === 0 ? undefined : found.join("; ");
  } catch {
    return undefined;
  }
}

/** GW_SCHEMA_INCOMPATIBLE, whoever found it out: the registry, or we before asking it. */
export const incompatible = (subject: string, why: string, cause?: unknown): Fault =>
  new Fault("GW_SCHEMA_INCOMPATIBLE", `the schema of ${subject} cannot read what is registered: ${why}`, { subject }, cause);
