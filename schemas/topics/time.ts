export function implausibleTime(eventMicros: number, brokerTimestampMs: number, maxAheadMs: number): string | undefined {
  if (!(eventMicros >= 946_684_800_000_000 && eventMicros < 4_102_444_800_000_000)) return `the event time ${eventMicros} is outside 2000 to 2100`;
  if (eventMicros / 1000 > brokerTimestampMs + maxAheadMs) return `the event time is ${Math.round(eventMicros / 1000 - brokerTimestampMs)} ms after the broker's`;
  return undefined;
}
