import { describe, expect, it } from "vitest";
import { usualDeployment } from "../deployment.ts";
import { streamOf } from "../draws.ts";
import { address, addresses } from "./addresses.ts";
import { dayShape, Traffic } from "./traffic.ts";

const noonMs = Date.UTC(2026, 0, 1, 12);
const seconds = (count: number, from = noonMs, seed = 7) => {
  const traffic = new Traffic({ ...usualDeployment, seed });
  return Array.from({ length: count }, (_, i) => traffic.second(from + i * 1_000));
};
const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0;

describe("everyday traffic", () => {
  const hour = seconds(3_600);
  const arrivals = hour.flatMap((second) => second.arrivals);

  it("comes at the rate of its time of day, in order, each request under an id of its own", () => {
    expect(Math.abs(arrivals.length / (3_600 * usualDeployment.requestsPerS * dayShape(noonMs + 1_800_000)) - 1)).toBeLessThan(0.15);
    expect(new Set(arrivals.map(({ requestId }) => requestId)).size).toBe(arrivals.length);
    expect(arrivals.every(({ atMs }, i) => i === 0 || atMs >= (arrivals[i - 1]?.atMs ?? 0))).toBe(true);
  });

  it("is burstier than chance: gaps vary more than exponential ones", () => {
    const gaps = arrivals.slice(1).map(({ atMs }, i) => atMs - (arrivals[i]?.atMs ?? 0));
    const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(1.05);
  });

  it("has a few large tenants, and lengths with a long tail", () => {
    const byTenant = [...Map.groupBy(arrivals, ({ tenantHash }) => tenantHash).values()].map(({ length }) => length).sort((a, b) => b - a);
    expect(byTenant.slice(0, 4).reduce((a, b) => a + b, 0) / arrivals.length).toBeGreaterThan(0.4);
    expect(byTenant.length).toBeGreaterThan(20);
    const input = arrivals.map(({ inputTokens }) => inputTokens);
    expect(quantile(input, 0.95) / quantile(input, 0.5)).toBeGreaterThan(2.5);
    expect(Math.max(...input)).toBeLessThanOrEqual(4_096);
    expect(Math.min(...arrivals.map(({ outputTokens }) => outputTokens))).toBeGreaterThan(0);
  });

  it("goes on with conversations: prefixes come again, and grow", () => {
    const seen = new Map<string, readonly number[]>();
    let turns = 0;
    for (const { sessionId, hashIds } of arrivals) {
      const before = seen.get(sessionId ?? "");
      if (before !== undefined) {
        turns += 1;
        expect(hashIds.slice(0, before.length)).toEqual(before);
      }
      seen.set(sessionId ?? "", hashIds);
    }
    expect(turns / arrivals.length).toBeGreaterThan(0.15);
  });

  it("is the same second by second wherever a run begins, but for its conversations", () => {
    const later = seconds(20, noonMs + 60_000).flatMap((second) => second.arrivals.map(({ requestId, atMs }) => ({ requestId, atMs })));
    expect(later).toEqual(hour.slice(60, 80).flatMap((second) => second.arrivals.map(({ requestId, atMs }) => ({ requestId, atMs }))));
  });

  it("has logins and searches that fail now and then, and paths that are not there", () => {
    const statuses = Map.groupBy(
      hour.flatMap(({ errands }) => errands),
      ({ status }) => status,
    );
    expect([...statuses.keys()].sort()).toEqual([200, 400, 401, 404, 500]);
    expect((statuses.get(200)?.length ?? 0) / hour.flatMap(({ errands }) => errands).length).toBeGreaterThan(0.85);
  });
});

describe("who is nobody yet", () => {
  const errands = seconds(3_600).flatMap((second) => second.errands);

  it("logs in, reads the pages for everyone or has no key; who lists models with a key is a tenant", () => {
    for (const { tenantHash, status, http } of errands)
      expect(tenantHash === "", http.path).toBe(!http.path.startsWith("/v1/") || status === 401);
    const unknown = errands.filter(({ tenantHash }) => tenantHash === "").length / errands.length;
    expect(unknown).toBeGreaterThan(0.4);
    expect(unknown).toBeLessThan(0.6);
  });
});

describe("a day", () => {
  it("is the mean over 24 hours, with a peak in the afternoon", () => {
    const hours = Array.from({ length: 24 }, (_, i) => dayShape(Date.UTC(2026, 0, 1, i)));
    expect(hours.reduce((a, b) => a + b, 0) / 24).toBeCloseTo(1, 6);
    expect(hours.indexOf(Math.max(...hours))).toBe(15);
  });
});

describe("addresses", () => {
  it("are nobody's: of the networks for documentation", () => {
    const random = streamOf(1, "addresses");
    for (let i = 0; i < 500; i += 1) expect(address(random)).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^2001:db8:/);
    expect(new Set(addresses(random, 200)).size).toBe(200);
  });
});
