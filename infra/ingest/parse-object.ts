import { Fault, faultOf } from "../../schemas/faults/fault.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The JSON object a line holds. Throws GW_RECORD_UNREADABLE, GW_RECORD_SHAPE. */
export function parseObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  let text: string;
  let parsed: unknown;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new Fault("GW_RECORD_UNREADABLE", "the line is not UTF-8");
  }
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw faultOf(error, "GW_RECORD_UNREADABLE", "the line is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new Fault("GW_RECORD_SHAPE", "the line is not a JSON object");
  return parsed as Record<string, unknown>;
}
