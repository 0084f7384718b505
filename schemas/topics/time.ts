/** Why an event time in microseconds cannot be right: outside 2000 to 2100, or too far after the broker's own clock. */
export function implausibleTime(eventMicros: number, brokerTimestampMs: number, maxAheadMs: number): string | undefined {
  if (outsideTime(eventMicros)) return `the event time ${eventMicros} is outside 2000 to 2100`;
  if (eventMicros / 1000 > brokerTimestampMs + maxAheadMs)
    return `the event time is ${Math.round(eventMicros / 1000 - brokerTimestampMs)} ms after the broker's`;
  return undefined;
}

/** Whether a time in microseconds lies outside 2000 to 2100. */
export const outsideTime = (micros: number): boolean => !(micros >= 946_684_800_000_000 && micros < 4_102_444_800_000_000);
