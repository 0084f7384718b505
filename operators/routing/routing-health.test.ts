import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RouterEvent } from "../../schemas/types/avro.ts";
import { routingHealth } from "./routing-health.ts";

const of = (...expertCounts: number[]) => routingHealth({ expertCounts } as Partial<RouterEvent> as RouterEvent);

describe("routing health", () => {
  it("calls an even spread 1 and 1", () => expect(of(5, 5, 5, 5)).toMatchObject({ imbalance: 1, entropy: 1, assigned: 20 }));

  it("calls one expert for all as many as there are, and 0", () => expect(of(0, 8, 0, 0)).toMatchObject({ imbalance: 4, entropy: 0 }));

  it("knows nothing of no assignments, and says how many there were", () => expect(of(0, 0)).toMatchObject({ assigned: 0 }));

  it("agrees with the definitions", () => {
    expect(of(1, 2, 3, 4).imbalance).toBeCloseTo(4 / 2.5, 12);
    const shares = [0.1, 0.2, 0.3, 0.4];
    expect(of(1, 2, 3, 4).entropy).toBeCloseTo(-shares.reduce((sum, p) => sum + p * Math.log(p), 0) / Math.log(4), 12);
  });

  it("stays within its ranges, and does not care who is called what", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 64 }), (counts) => {
        const { imbalance, entropy } = of(...counts);
        expect(imbalance).toBeGreaterThanOrEqual(1);
        expect(imbalance).toBeLessThanOrEqual(counts.length);
        expect(entropy).toBeGreaterThanOrEqual(0);
        expect(entropy).toBeLessThanOrEqual(1 + 1e-12);
        expect(of(...[...counts].reverse()).entropy).toBeCloseTo(entropy, 9);
      }),
    );
  });
});
