import type { Arrival } from "../requests/arrival.ts";
import { domains } from "./popularity.ts";

/** What an engine computed in one router window, as its routers see it. */
export interface WindowLoad {
  /** All tokens, those of repeated-token prompts as well. */
  readonly tokens: number;
  /** Tokens that all go to one set of experts. */
  readonly repeatedTokens: number;
  /** Tokens by domain. */
  readonly mix: readonly number[];
  /** Of the other tokens, the sum of squared shares of the requests: 1 / how many requests of equal size there would be. */
  readonly concentration: number;
  /** Tenants with the most tokens, the largest first. */
  readonly tenants: readonly { readonly tenantHash: string; readonly tokens: number; readonly repeatedShare: number }[];
}

const tenantsKept = 5;

/** Sums up the requests of a window. */
export function windowLoad(parts: readonly { arrival: Arrival; tokens: number }[]): WindowLoad {
  const mix = domains.map(() => 0);
  const tenants = new Map<string, { tokens: number; repeated: number }>();
  let squares = 0;
  let repeatedTokens = 0;
  let tokens = 0;
  for (const { arrival, tokens: own } of parts) {
    tokens += own;
    const repeated = arrival.domain < 0 ? own : 0;
    repeatedTokens += repeated;
    if (arrival.domain >= 0) {
      mix[arrival.domain] = (mix[arrival.domain] ?? 0) + own;
      squares += own * own;
    }
    const tenant = tenants.get(arrival.tenantHash) ?? { tokens: 0, repeated: 0 };
    tenants.set(arrival.tenantHash, { tokens: tenant.tokens + own, repeated: tenant.repeated + repeated });
  }
  const usual = tokens - repeatedTokens;
  const largest = [...tenants].sort(([a, one], [b, other]) => other.tokens - one.tokens || (a < b ? -1 : 1)).slice(0, tenantsKept);
  return {
    tokens,
    repeatedTokens,
    mix,
    concentration: usual === 0 ? 1 : squares / (usual * usual),
    tenants: largest.map(([tenantHash, sums]) => ({ tenantHash, tokens: sums.tokens, repeatedShare: sums.repeated / sums.tokens })),
  };
}
