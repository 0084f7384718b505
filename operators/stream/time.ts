/** A duration of event time in microseconds, the unit of every timestamp in the streams. */
export const seconds = (count: number): number => count * 1_000_000;
