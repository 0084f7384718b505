import { Fault } from "../../schemas/faults/fault.ts";

/** The Confluent wire format: a zero, the schema id as four bytes big endian, the Avro data. */
export const headerBytes = 5;
const magic = 0;

/** Undefined where the bytes do not begin like the wire format. */
export function schemaIdOf(value: Buffer | null): number | undefined {
  return value === null || value.length < headerBytes || value[0] !== magic ? undefined : value.readUInt32BE(1);
}

export function writeHeader(into: Buffer, schemaId: number): void {
  into[0] = magic;
  into.writeUInt32BE(schemaId, 1);
}

export function framingFault(value: Buffer | null): Fault {
  if (value === null) return new Fault("GW_RECORD_NULL", "the record has no value");
  if (value.length < headerBytes) return new Fault("GW_DECODE_FRAMING", `${value.length} bytes are too few for the wire format`);
  return new Fault("GW_DECODE_FRAMING", `the first byte is ${value[0]}, not the wire format's 0`);
}
