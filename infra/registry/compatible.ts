import avro from "avsc";
import { Fault } from "../../schemas/faults/fault.ts";

/** Why this reader cannot read what that writer wrote, naming the field; undefined where it can (BACKWARD). */
export function unreadable(reader: object, writer: object): string | undefined {
  try {
    avro.Type.forSchema(reader as avro.Schema).createResolver(avro.Type.forSchema(writer as avro.Schema));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const incompatible = (subject: string, why: string, cause?: unknown): Fault =>
  new Fault("GW_SCHEMA_INCOMPATIBLE", `the schema of ${subject} cannot read what is registered: ${why}`, { subject }, cause);
