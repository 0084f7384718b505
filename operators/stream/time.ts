/** Durations of event time, in microseconds, the unit of every timestamp in the streams. */
export const seconds = (count: number): number => count * 1_000_000;
export const minutes = (count: number): number => seconds(60 * count);
export const hours = (count: number): number => minutes(60 * count);
