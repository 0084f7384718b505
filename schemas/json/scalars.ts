import { closest } from "../faults/closest.ts";
import { isoMicros } from "./iso-time.ts";
import { type Reader, shown, wanted } from "./reader.ts";

/** No 0 or 1, no text: JSON has its own. */
export const truthReader: Reader = (value, faults) => (typeof value === "boolean" ? value : faults.add(wanted("true or false", value)));

/** JSON has no NaN and no infinity; a number beyond a double's range parses to one and is refused. */
export const numberReader: Reader = (value, faults) => (Number.isFinite(value) ? value : faults.add(wanted("a number", value)));

/** Adding 0 makes an integer of -0, which Avro could not tell from it. */
export const intReader: Reader = (value, faults) => {
  if (typeof value === "number" && value === (value | 0)) return value + 0;
  return faults.add(Number.isInteger(value) ? `${value} does not fit into 32 bits` : wanted("a whole number", value));
};

/** Beyond 2^53 whole numbers are no longer exact; below -2^52 avsc 5.7.9 writes another number than it was given. */
const largestLong = Number.MAX_SAFE_INTEGER - 1;
const smallestLong = -(2 ** 52);

/** A double that holds a whole number, exactly. */
export const longReader: Reader = (value, faults) => {
  if (!Number.isInteger(value)) return faults.add(wanted("a whole number", value));
  if ((value as number) > largestLong) return faults.add(`${value} is beyond 2^53, where whole numbers are no longer exact`);
  if ((value as number) < smallestLong) return faults.add(`${value} is below -2^52, the least that can be carried`);
  return (value as number) + 0;
};

/** Microseconds, or ISO 8601; the bounds of what can be true are the topic's business. */
export const timeReader: Reader = (value, faults) => {
  if (typeof value !== "string") return longReader(value, faults);
  const micros = isoMicros(value);
  if (micros !== undefined) return longReader(micros, faults);
  return faults.add(wanted("integer microseconds since 1970, or a time such as 2026-01-31T09:30:00.123456Z,", value));
};

/** Half of a surrogate pair has no UTF-8: Avro would carry a replacement instead of it. */
export const textReader: Reader = (value, faults) => {
  if (typeof value !== "string") return faults.add(wanted("a text", value));
  return value.isWellFormed() ? value : faults.add("half of a surrogate pair has no UTF-8 form");
};

/** By name, exactly as written in the schema; the nearest is offered. */
export function enumReader(symbols: readonly string[]): Reader {
  const known = new Set<unknown>(symbols);
  return (value, faults) => {
    if (known.has(value)) return value;
    const near = typeof value === "string" ? closest(value, symbols) : undefined;
    return faults.add(
      near === undefined ? wanted(`one of ${symbols.join(", ")}`, value) : `${shown(value)} is not known; did you mean ${near}?`,
    );
  };
}
