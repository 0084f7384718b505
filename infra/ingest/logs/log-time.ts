import { isoMicros } from "../../../schemas/json/iso-time.ts";
import { unreadable } from "./access-line.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const common = /^(\d{2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/;

/** `17/May/2015:10:05:03 +0000`, the time of the common log format, in microseconds. Throws GW_RECORD_UNREADABLE. */
export function commonTime(text: string): number {
  const [, day, name = "", year, clock, hours, minutes] = common.exec(text) ?? [];
  const month = String(months.indexOf(name) + 1).padStart(2, "0");
  return known(isoMicros(`${year}-${month}-${day}T${clock}${hours}:${minutes}`), text, "17/May/2015:10:05:03 +0000");
}

/** ISO 8601, in microseconds. Throws GW_RECORD_UNREADABLE. */
export const isoTime = (text: string): number => known(isoMicros(text), text, "2026-01-01T00:00:00Z");

function known(micros: number | undefined, text: string, like: string): number {
  if (micros === undefined) throw unreadable(`the time is "${text.slice(0, 40)}", not one like ${like}`);
  return micros;
}
