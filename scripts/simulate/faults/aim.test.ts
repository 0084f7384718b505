import { describe, expect, it } from "vitest";
import { usualDeployment } from "../deployment.ts";
import { tenants } from "../requests/tenants.ts";
import { Popularity } from "../routing/popularity.ts";
import { aimed, placeOf } from "./aim.ts";
import { faultNames } from "./fault-names.ts";
import { injection } from "./injections.ts";

const popularity = new Popularity(usualDeployment);
const everyone = tenants(usualDeployment);
const aim = (name: (typeof faultNames)[number], startMs: number) =>
  aimed({ name, startMs, endMs: startMs + 60_000 }, usualDeployment, popularity, everyone);

describe("what a fault hits", () => {
  it("is the same for the same begin, lies inside the deployment, and changes from one to the next", () => {
    const hits = Array.from({ length: 40 }, (_, i) => aim("dead-expert", i * 45_000));
    expect(aim("dead-expert", 45_000)).toEqual(hits[1]);
    for (const { instance, layer, expert, rank } of hits) {
      expect(instance).toBeLessThan(usualDeployment.instances);
      expect(layer).toBeLessThan(usualDeployment.layers);
      expect(expert).toBeLessThan(usualDeployment.experts);
      expect(rank).toBeLessThan(usualDeployment.ranks);
    }
    expect(new Set(hits.map(({ instance, layer, expert }) => `${instance} ${layer} ${expert}`)).size).toBeGreaterThan(35);
  });

  it("is an expert that would be missed", () => {
    for (let i = 0; i < 40; i += 1) {
      const { layer, expert } = aim("dead-expert", i * 45_000);
      expect(popularity.base(layer)[expert] ?? 0).toBeGreaterThan(1 / usualDeployment.experts);
    }
  });

  it("comes from as many addresses as such an attack has", () => {
    expect(aim("scanner", 0).addresses).toHaveLength(1);
    expect(new Set(aim("credential-stuffing", 0).addresses).size).toBe(120);
    expect(everyone.map(({ addresses }) => addresses)).toContain(aim("request-flood", 0).addresses);
  });
});

describe("the truth about a fault", () => {
  it.each(faultNames)("of %s tells place, time and what would be right, and tells its two ends apart", (name) => {
    const fault = aim(name, 90_000);
    const [started, ended] = (["STARTED", "ENDED"] as const).map((phase) => injection(fault, phase, usualDeployment));
    expect(started).toMatchObject({ ts: 90_000_000, startTs: 90_000_000, endTs: 150_000_000, fault: name, pipeline: "simulate" });
    expect(ended).toMatchObject({ ts: 150_000_000, startTs: 90_000_000 });
    expect(started?.id).not.toBe(ended?.id);
    expect(injection(aim(name, 90_000), "STARTED", usualDeployment).id).toBe(started?.id);
    expect(started?.expectedKinds?.length).toBeGreaterThan(0);
    expect(placeOf(fault, usualDeployment).detail.length).toBeGreaterThan(10);
  });

  it("names what alerts name: layer and expert of an expert, the rank of a GPU, the addresses of an attack", () => {
    const names = (name: (typeof faultNames)[number]) => placeOf(aim(name, 0), usualDeployment).evidence.map((one) => one.name);
    expect(names("dead-expert")).toEqual(["layer", "expert"]);
    expect(names("router-collapse")).toEqual(["layer"]);
    expect(names("sick-gpu")).toEqual(["rank"]);
    expect(names("sql-injection")).toEqual(["source", "source"]);
    expect(placeOf(aim("scanner", 0), usualDeployment).entity.type).toBe("source");
  });
});
