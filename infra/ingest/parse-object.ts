import { Fault, faultOf } from "../../schemas/faults/fault.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Objects and lists that are read of one text: an empty one has three bytes there, and seventy in memory. */
const mostOpened = 500_000;

/** What a JSON text holds. Throws GW_RECORD_UNREADABLE, and GW_RECORD_TOO_LARGE before anything is made of a text of too many parts. */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length > mostOpened && openedIn(bytes) > mostOpened)
    throw new Fault("GW_RECORD_TOO_LARGE", `it holds more than ${mostOpened} objects and lists: send smaller parts`);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new Fault("GW_RECORD_UNREADABLE", "the line is not UTF-8");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw faultOf(error, "GW_RECORD_UNREADABLE", "the line is not JSON");
  }
}

/** The JSON object a line holds. Throws GW_RECORD_UNREADABLE, GW_RECORD_TOO_LARGE, GW_RECORD_SHAPE. */
export function parseObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  const parsed = parseJson(bytes);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new Fault("GW_RECORD_SHAPE", "the line is not a JSON object");
  return parsed as Record<string, unknown>;
}

function openedIn(bytes: Buffer): number {
  let opened = 0;
  for (const byte of bytes) if (byte === 0x7b || byte === 0x5b) opened += 1;
  return opened;
}
