import type { RequestEvent } from "../types/avro.ts";
import type { Writable } from "./topic.ts";
import { topic } from "./topic.ts";
import { completeDeployment } from "./window-times.ts";

/**
 * Inference requests, one event a change of state or one a request. Read by `threats`, `load`, `cache`, `governance`.
 * Order: that of a tenant, by a hash that says nothing of who it is.
 */
export const request = topic<RequestEvent>({
  name: "moe.request",
  role: "input",
  key: ["tenantHash"],
  eventTime: "ts",
  complete,
  rules: [endAfterStart],
});

/** The earliest time known stands in for an arrival that was not given. */
function complete(value: Writable<RequestEvent>): void {
  if (value.arrivalTs === 0)
    value.arrivalTs = Math.min(value.ts, value.scheduledTs ?? value.ts, value.firstTokenTs ?? value.ts, value.finishTs ?? value.ts);
  completeDeployment(value);
}

/** Clocks of two machines may differ; a request that ends before it came is refused all the same. */
function endAfterStart({ arrivalTs, finishTs }: RequestEvent): string | undefined {
  return finishTs !== null && finishTs < arrivalTs ? `finishTs is ${finishTs}, before arrivalTs (${arrivalTs})` : undefined;
}
