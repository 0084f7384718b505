import { type Random, seeded } from "./random.ts";

/**
 * A stream of chance of its own for whatever the names say: by component and by place in time. Drawing more from one does not
 * move another, so a fault changes what it touches and nothing else, and a run that starts later meets the same minutes.
 */
export function streamOf(seed: number, ...names: readonly (string | number)[]): Random {
  // FNV-1a over the names, finished as in MurmurHash3 so that neighbouring numbers are far apart.
  let hash = 0x811c9dc5 ^ seed;
  for (const char of names.join("/")) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return seeded(hash ^ (hash >>> 16));
}

/** Log-normal: half of the values lie below `median`; `sigma` is the deviation of the logarithm. */
export const logNormal = (random: Random, median: number, sigma: number): number => median * Math.exp(sigma * random.normal());

/** Of events that come at `mean` on average. Above 50 a rounded normal, which nobody can tell from it. */
export function poisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count += 1;
  return count;
}

/** Gamma with scale 1, mean and variance `shape` (Marsaglia and Tsang, 2000; below 1 by their boost). */
export function gamma(random: Random, shape: number): number {
  if (shape <= 0) return 0;
  if (shape < 1) return gamma(random, shape + 1) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** One of these, each as likely. Throws where there is none. */
export function pick<T>(random: Random, from: readonly T[]): T {
  if (from.length === 0) throw new RangeError("nothing to pick from");
  return from[random.int(0, from.length - 1)] as T;
}

/** Place of one of these, as likely as its weight. */
export function weighted(random: Random, weights: readonly number[]): number {
  let left = random.next() * weights.reduce((sum, one) => sum + one, 0);
  for (const [place, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return place;
  }
  return weights.length - 1;
}

/** Fisher and Yates, in place. */
export function shuffled<T>(values: T[], random: Random): T[] {
  for (let i = values.length - 1; i > 0; i -= 1) {
    const other = random.int(0, i);
    [values[i], values[other]] = [values[other] as T, values[i] as T];
  }
  return values;
}

/**
 * A smooth wave without a period: a normal value at each multiple of `periodMs` since 1970, cosines between them. A function of
 * time alone, so that runs which begin at different times meet on it.
 */
export function wander(seed: number, name: string, atMs: number, periodMs: number): number {
  const place = Math.floor(atMs / periodMs);
  const between = (1 - Math.cos(Math.PI * (atMs / periodMs - place))) / 2;
  const knot = (at: number) => streamOf(seed, "wander", name, at).normal();
  return knot(place) * (1 - between) + knot(place + 1) * between;
}

/** Hexadecimal digits that stand for somebody, always the same for the same names. */
export function pseudonym(seed: number, digits: number, ...names: readonly (string | number)[]): string {
  const random = streamOf(seed, "pseudonym", ...names);
  return Array.from({ length: digits }, () => random.int(0, 15).toString(16)).join("");
}
