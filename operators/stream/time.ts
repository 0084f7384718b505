/** A duration of event time in microseconds, the unit of every timestamp in the streams. */
export const seconds = (count: number): number => count * 1_000_000;
/** A watermark that no window outlives: at the end of an input. */
export const endOfTime = Number.MAX_VALUE;
