import { describe, expect, it } from "vitest";
import { usualDeployment } from "../deployment.ts";
import { pick, streamOf } from "../draws.ts";
import { aimed } from "../faults/aim.ts";
import type { FaultName } from "../faults/fault-names.ts";
import { Popularity } from "../routing/popularity.ts";
import type { Errand } from "./arrival.ts";
import { attackTraffic } from "./attacks.ts";
import { errand } from "./errands.ts";
import { Traffic } from "./traffic.ts";

const noonMs = Date.UTC(2026, 0, 1, 12);
const traffic = new Traffic(usualDeployment);
const popularity = new Popularity(usualDeployment);
/** What an attack that begins then adds to its first seconds. */
const errands = (name: FaultName, startMs: number, seconds = 3): Errand[] => {
  const fault = aimed({ name, startMs, endMs: startMs + 60_000 }, usualDeployment, popularity, traffic.tenants);
  return Array.from({ length: seconds }, (_, i) => attackTraffic(fault, usualDeployment, traffic, startMs + i * 1_000).errands).flat();
};

describe("attacks", () => {
  it("scan under several names, each scanner under one", () => {
    const agents = Array.from({ length: 24 }, (_, i) => new Set(errands("scanner", noonMs + i * 45_000).map(({ http }) => http.userAgent)));
    for (const own of agents) expect(own.size).toBe(1);
    expect(new Set(agents.flatMap((own) => [...own])).size).toBe(4);
  });

  it("are not known by what nobody else does: their kinds of request come from healthy clients too", () => {
    const kind = ({ tenantHash, status, http: { method, path, headers, body } }: Errand) =>
      [tenantHash === "", status, method, path.split("?")[0], path.includes("?"), "cookie" in headers, body !== null].join(" ");
    const random = streamOf(1, "healthy");
    const healthy = new Set(
      Array.from({ length: 10_000 }, (_, i) => kind(errand(1, pick(random, traffic.tenants), noonMs, `healthy-${i}`, random))),
    );
    for (const name of ["credential-stuffing", "sql-injection"] as const)
      expect(new Set(errands(name, noonMs, 60).map(kind)).difference(healthy), name).toEqual(new Set());
    expect(new Set(errands("scanner", noonMs, 60).map(({ tenantHash }) => tenantHash))).toEqual(new Set([""]));
  });
});
