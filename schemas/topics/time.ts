/** Times in microseconds that can be true: from 2000 to before 2100. */
export const earliestTime = 946_684_800_000_000;
/** The last microsecond of 2099. */
export const latestTime = 4_102_444_799_999_999;

/** Why an event time in microseconds cannot be right: outside 2000 to 2100, or too far after the broker's own clock. */
export function implausibleTime(eventMicros: number, brokerTimestampMs: number, maxAheadMs: number): string | undefined {
  if (!(eventMicros >= earliestTime && eventMicros <= latestTime)) return `the event time ${eventMicros} is outside 2000 to 2100`;
  const ahead = tooFarAhead(eventMicros, brokerTimestampMs, maxAheadMs);
  return ahead === undefined ? undefined : `the event time is ${ahead} ms after the broker's`;
}

/** Milliseconds that a time in microseconds is after the broker's own clock; undefined where it may be so far ahead. */
export function tooFarAhead(micros: number, brokerTimestampMs: number, maxAheadMs: number): number | undefined {
  return micros / 1000 > brokerTimestampMs + maxAheadMs ? Math.round(micros / 1000 - brokerTimestampMs) : undefined;
}
