import { gamma } from "../draws.ts";
import type { Random } from "../random.ts";
import { normalised } from "./popularity.ts";

/**
 * Intraclass correlation: how much the tokens of one request share their experts. Gives the 60 times binomial variance of
 * gpt-oss counts at about 400 tokens a request.
 */
const clustering = 0.15;
const leastDrawn = 1e-9;

/**
 * Shares as one window has them: Dirichlet about the expected ones, as wide as its requests are few. `concentration` is the sum
 * of squared shares of the requests in it.
 */
export function clustered(shares: readonly number[], concentration: number, random: Random): number[] {
  const effective = Math.max(1, 1 / (clustering * Math.max(concentration, 1e-6)) - 1);
  // A small shape underflows to 0; who is alive keeps a little, so that there is always room among the living.
  return normalised(shares.map((share) => (share > 0 ? Math.max(gamma(random, share * effective), leastDrawn) : 0)));
}

/**
 * Deals assignments out by shares: whole numbers, none above `most` (a token picks an expert once). They add up to `total`, or to
 * the room there is among experts with a share.
 */
export function deal(total: number, shares: readonly number[], most: number, random: Random): number[] {
  const counts = shares.map((share) => Math.min(most, Math.floor(total * share)));
  let missing = total - counts.reduce((a, b) => a + b, 0);
  // Where a cap has cut much off, what is left goes to those with room, by their shares.
  for (let round = 0; missing > counts.length && round < 50; round += 1) {
    const room = shares.map((share, expert) => ((counts[expert] ?? 0) < most ? share : 0));
    const open = room.reduce((a, b) => a + b, 0);
    if (open === 0) break;
    for (const [expert, share] of room.entries()) {
      const more = Math.min(most - (counts[expert] ?? 0), Math.floor((missing * share) / open));
      counts[expert] = (counts[expert] ?? 0) + more;
    }
    missing = total - counts.reduce((a, b) => a + b, 0);
  }
  for (let place = random.int(0, counts.length - 1); missing > 0; place = (place + 1) % counts.length) {
    if ((counts[place] ?? 0) >= most || (shares[place] ?? 0) === 0) {
      if (counts.every((count, expert) => count >= most || (shares[expert] ?? 0) === 0)) break;
      continue;
    }
    counts[place] = (counts[place] ?? 0) + 1;
    missing -= 1;
  }
  return counts;
}
