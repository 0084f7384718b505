import type { RouterEvent } from "../../schemas/types/avro.ts";

/** How evenly one layer spread its assignments over its experts in one event. */
export interface RoutingHealth {
  readonly event: RouterEvent;
  /** Largest / mean count of the experts; 1 is even, the number of experts is the most. */
  readonly imbalance: number;
  /** Entropy of the counts / ln of the number of experts: 1 is even, 0 one expert. Biased low for few assignments. */
  readonly entropy: number;
  /** Sum of the counts; 0 means that nothing is known of the balance. */
  readonly assigned: number;
}

/** From raw counts only; what the engine says of itself is not used. One pass, no allocation but the result. */
export function routingHealth(event: RouterEvent): RoutingHealth {
  const counts = event.expertCounts;
  const experts = counts.length;
  let assigned = 0;
  let largest = 0;
  let weighted = 0;
  for (let i = 0; i < experts; i += 1) {
    const count = counts[i] as number;
    assigned += count;
    if (count > largest) largest = count;
    if (count > 1) weighted += count * Math.log(count);
  }
  if (assigned === 0) return { event, imbalance: 1, entropy: 1, assigned };
  const entropy = experts < 2 ? 1 : Math.max(0, (Math.log(assigned) - weighted / assigned) / Math.log(experts));
  return { event, imbalance: (largest * experts) / assigned, entropy, assigned };
}
