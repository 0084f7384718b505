import type { Deployment } from "../deployment.ts";
import { shuffled, streamOf } from "../draws.ts";

/** What people ask about. Requests of one domain prefer the same experts. */
export const domains = ["chat", "code", "mathematics", "languages"] as const;

/**
 * Zipf exponent of expert popularity, another for each layer: 0.60 to 0.65 over 256 experts matches a published DeepSeek-R1 table
 * (EP32), and layers of one model differ (entropy 0.86 to 0.97 of the largest on gpt-oss-20b).
 */
const zipf = { mean: 0.6, spread: 0.2 };
/** Deviation of an expert's log share between domains. */
const domainSigma = 0.35;
/** AR(1) of the log shares from window to window: low drift. */
const drift = { sigma: 0.15, rho: 0.9 };
/** After so many windows what was before has weight 0.002: a chain that begins so early is one that has always run. */
const memoryWindows = 60;

/**
 * How popular each expert of each layer is at a time: a base of its own for each layer, tilted by what is asked about just now,
 * and drifting slowly. A function of seed and time, however late a run begins.
 */
export class Popularity {
  readonly #deployment: Deployment;
  readonly #base: readonly (readonly number[])[];
  /** By layer, then domain: factors on the base. */
  readonly #tilt: readonly (readonly Float64Array[])[];
  readonly #chains: { step: number; z: Float64Array }[];

  constructor(deployment: Deployment) {
    const { seed, layers, experts } = deployment;
    this.#deployment = deployment;
    this.#base = Array.from({ length: layers }, (_, layer) => {
      const random = streamOf(seed, "popularity", layer);
      const exponent = zipf.mean + zipf.spread * (2 * random.next() - 1);
      return normalised(
        shuffled(
          Array.from({ length: experts }, (__, rank) => (rank + 1) ** -exponent),
          random,
        ),
      );
    });
    this.#tilt = Array.from({ length: layers }, (_, layer) =>
      domains.map((domain) => {
        const random = streamOf(seed, "tilt", layer, domain);
        return Float64Array.from({ length: experts }, () => Math.exp(domainSigma * random.normal()));
      }),
    );
    this.#chains = Array.from({ length: layers }, () => ({ step: Number.NEGATIVE_INFINITY, z: new Float64Array(experts) }));
  }

  /** Shares that placements are made for: without drift and domains. */
  base(layer: number): readonly number[] {
    return this.#base[layer] ?? [];
  }

  /** Shares that add up to 1, at this time and for this mix of domains (any positive weights). Times must not go back. */
  shares(layer: number, atMs: number, mix: readonly number[]): number[] {
    const z = this.#drifted(layer, Math.floor(atMs / this.#deployment.windowMs));
    const whole = mix.reduce((sum, one) => sum + one, 0) || 1;
    return normalised(
      this.base(layer).map((share, expert) => {
        const tilt = (this.#tilt[layer] ?? []).reduce(
          (sum, factors, domain) => sum + ((mix[domain] ?? 0) / whole) * (factors[expert] ?? 1),
          0,
        );
        return share * Math.exp(z[expert] ?? 0) * (tilt || 1);
      }),
    );
  }

  #drifted(layer: number, step: number): Float64Array {
    const chain = this.#chains[layer] as { step: number; z: Float64Array };
    if (step - chain.step > memoryWindows) {
      chain.step = step - memoryWindows;
      chain.z.fill(0);
    }
    const noise = Math.sqrt(1 - drift.rho ** 2) * drift.sigma;
    for (; chain.step < step; chain.step += 1) {
      const random = streamOf(this.#deployment.seed, "drift", layer, chain.step + 1);
      for (let expert = 0; expert < chain.z.length; expert += 1)
        chain.z[expert] = drift.rho * (chain.z[expert] ?? 0) + noise * random.normal();
    }
    return chain.z;
  }
}

/** The same proportions, with sum 1. */
export function normalised(shares: readonly number[]): number[] {
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}
