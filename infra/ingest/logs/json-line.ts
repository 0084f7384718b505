import { given, unreadable } from "./access-line.ts";

/** A log line that is one flat JSON object: reads its fields as texts. */
export type JsonLine = (name: string) => string | undefined;

/** Reads a line of JSON. Fields are texts or numbers; `-`, an empty text and null are undefined. Throws GW_RECORD_UNREADABLE. */
export function jsonLine(line: string): JsonLine {
  let object: unknown;
  try {
    object = JSON.parse(line);
  } catch {
    throw unreadable("the line is not JSON");
  }
  if (typeof object !== "object" || object === null || Array.isArray(object)) throw unreadable("the line is no JSON object");
  const fields = object as Readonly<Record<string, unknown>>;
  return (name) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string" && typeof value !== "number") throw unreadable(`${name} is neither a text nor a number`);
    return given(String(value));
  };
}

/** The field, or GW_RECORD_UNREADABLE where the line has none. */
export function wanted(field: JsonLine, name: string): string {
  const value = field(name);
  if (value === undefined) throw unreadable(`${name} is missing`);
  return value;
}
