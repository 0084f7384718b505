import type { LogPort } from "../../infra/kafka/port.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { isoMicros } from "../../schemas/json/iso-time.ts";
import type { Beginnings } from "./merged.ts";

/** `earliest`, `latest`, a time in ISO 8601, or milliseconds since 1970, as the offset of each partition. Throws GW_USAGE, GW_TOPIC_MISSING. */
export async function beginningsOf(log: LogPort, topic: string, from: string): Promise<Beginnings> {
  const time = from === "earliest" || from === "latest" ? undefined : timeOf(from);
  const count = (await log.admin.partitions([topic])).get(topic);
  if (count === undefined) throw new Fault("GW_TOPIC_MISSING", `there is no topic ${topic}`, { topic });
  const places = Array.from({ length: count }, (_, partition) => ({ topic, partition }));
  if (time !== undefined) return await Promise.all(places.map(async (place) => ({ place, offset: await log.admin.offsetAt(place, time) })));
  const ranges = await log.admin.range(places);
  return places.map((place, i) => ({ place, offset: (from === "earliest" ? ranges[i]?.earliest : ranges[i]?.end) ?? 0 }));
}

const isoTime = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** Milliseconds since 1970. Without a zone it is UTC, as all times here are; seconds, or the whole time of day, may be left out. */
export function timeOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const [, date, clock = "00:00", seconds = ":00", zone = "Z"] = isoTime.exec(text) ?? [];
  const micros = isoMicros(`${date}T${clock}${seconds}${zone}`);
  if (micros !== undefined) return Math.ceil(micros / 1_000);
  throw new Fault(
    "GW_USAGE",
    `--from ${text}: earliest, latest, a time such as 2026-01-31T12:00:00Z, or milliseconds since 1970 is wanted`,
  );
}
