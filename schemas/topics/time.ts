/** Times in microseconds that can be true: from 2000 to before 2100. */
export const earliestTime = 946_684_800_000_000;
/** The last microsecond of 2099. */
export const latestTime = 4_102_444_799_999_999;

/** Why an event time in microseconds cannot be right: outside 2000 to 2100, or too far after the broker's own clock. */
export function implausibleTime(eventMicros: number, brokerTimestampMs: number, maxAheadMs: number): string | undefined {
  if (!(eventMicros >= earliestTime && eventMicros <= latestTime)) return `the event time ${eventMicros} is outside 2000 to 2100`;
  if (eventMicros / 1000 > brokerTimestampMs + maxAheadMs)
    return `the event time is ${Math.round(eventMicros / 1000 - brokerTimestampMs)} ms after the broker's`;
  return undefined;
}
