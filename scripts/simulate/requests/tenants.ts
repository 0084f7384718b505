import type { Deployment } from "../deployment.ts";
import { logNormal, pick, pseudonym, streamOf } from "../draws.ts";
import { domains } from "../routing/popularity.ts";
import { addresses, agents } from "./addresses.ts";

/** A customer with habits: how much it asks, about what, from where. */
export interface Tenant {
  readonly hash: string;
  readonly apiKeyHash: string;
  /** How often it asks, beside the others. */
  readonly weight: number;
  /** Place in `domains` of what it asks about most. */
  readonly domain: number;
  readonly agent: string;
  readonly addresses: readonly string[];
  /** Median tokens of its prompts and of the answers. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Tokens of the system prompt that all its requests begin with. */
  readonly prefixTokens: number;
  readonly sloClass: string;
}

const count = 24;

/** Few large and many small ones: weights fall off as rank ^ -1.1. */
export function tenants({ seed }: Deployment): readonly Tenant[] {
  return Array.from({ length: count }, (_, rank) => {
    const random = streamOf(seed, "tenant", rank);
    return {
      hash: pseudonym(seed, 16, "tenant", rank),
      apiKeyHash: pseudonym(seed, 16, "key", rank),
      weight: (rank + 1) ** -1.1,
      domain: rank % domains.length,
      agent: pick(random, agents),
      addresses: addresses(random, random.int(1, 4)),
      inputTokens: logNormal(random, 320, 0.5),
      outputTokens: logNormal(random, 120, 0.4),
      prefixTokens: 64 * random.int(1, 6),
      sloClass: pick(random, ["interactive", "interactive", "batch"]),
    };
  });
}
