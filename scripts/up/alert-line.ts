import type { AlertView } from "../../infra/http/status-view.ts";

/** `alert 12:30:05 MEDIUM router.baseline sim: Layer 3 of i-0: …` */
export const alertLine = ({ ts, severity, kind, deploymentId, title }: AlertView): string =>
  `alert ${clock(ts)} ${severity} ${kind} ${deploymentId}: ${title}`;

/** Hours, minutes and seconds in UTC of a time in microseconds. */
export const clock = (ts: number): string => new Date(ts / 1_000).toISOString().slice(11, 19);
