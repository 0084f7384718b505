import { routingHealth } from "../../operators/routing/routing-health.ts";
import { Fault } from "../../schemas/faults/fault.ts";
import { fromJson } from "../../schemas/json/from-json.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { RouterEvent, RouterEventInput } from "../../schemas/types/avro.ts";

/** Balance of one event, by the formulas of `router-windows`. */
export interface RoutingScore {
  /** Largest / mean count of the experts; 1 is even. */
  readonly imbalance: number;
  /** Normalised entropy of the counts; 1 is even, 0 is one expert. Biased low for few assignments. */
  readonly entropy: number;
  /** Assignments counted; 0 means that nothing is known of the balance. */
  readonly assigned: number;
}

/** Scores of single values, in this process and without state, by the operators that the pipelines run. */
export const score = {
  /** How evenly one router event spread its assignments. Throws GW_RECORD_SHAPE and GW_RECORD_SENSELESS as a lane would refuse it. */
  routing(event: RouterEventInput): RoutingScore {
    const result = fromJson(topics.router, event);
    if ("faults" in result) throw new Fault("GW_RECORD_SHAPE", result.faults.map(({ path, message }) => `${path}: ${message}`).join("; "));
    const whole = topics.router.complete(result.value as RouterEvent);
    const senseless = topics.router.senseless(whole);
    if (senseless !== undefined) throw new Fault("GW_RECORD_SENSELESS", senseless);
    const { imbalance, entropy, assigned } = routingHealth(whole);
    return { imbalance, entropy, assigned };
  },
};
