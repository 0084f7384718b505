import { type Deployment, instanceName } from "../deployment.ts";
import { pick, streamOf } from "../draws.ts";
import { addresses } from "../requests/addresses.ts";
import type { Tenant } from "../requests/tenants.ts";
import type { Popularity } from "../routing/popularity.ts";
import type { FaultName, PlannedFault } from "./fault-names.ts";

/** A fault and what it hits. Which of these count, and what they are, its name says. */
export interface AimedFault extends PlannedFault {
  readonly instance: number;
  readonly layer: number;
  readonly expert: number;
  readonly rank: number;
  readonly tenant: Tenant;
  /** Where an attack comes from. */
  readonly addresses: readonly string[];
}

/** Addresses an attack comes from; the others come from those of a tenant. */
const sourcesOf: Partial<Record<FaultName, number>> = { "credential-stuffing": 120, scanner: 1, "sql-injection": 2 };

/** Chooses what a fault hits, by seed, name and begin: the next one hits something else. */
export function aimed(fault: PlannedFault, deployment: Deployment, popularity: Popularity, tenants: readonly Tenant[]): AimedFault {
  const { seed, instances, layers, ranks } = deployment;
  const random = streamOf(seed, "aim", fault.name, fault.startMs);
  const instance = random.int(0, instances - 1);
  const layer = random.int(0, layers - 1);
  // One that would be missed: of the upper half, but not the very first.
  const base = popularity.base(layer);
  const byShare = base.map((_, expert) => expert).sort((a, b) => (base[b] ?? 0) - (base[a] ?? 0));
  const expert = pick(random, byShare.slice(1, Math.max(2, Math.floor(byShare.length / 4))));
  const rank = random.int(0, ranks - 1);
  const tenant = pick(random, tenants.slice(0, 8));
  const sources = sourcesOf[fault.name];
  return {
    ...fault,
    instance,
    layer,
    expert,
    rank,
    tenant,
    addresses: sources === undefined ? tenant.addresses : addresses(random, sources),
  };
}

/** What a fault is about, in the words that alerts have for it. */
export interface FaultPlace {
  readonly entity: { readonly type: "expert" | "layer" | "rank" | "instance" | "tenant" | "source" | "deployment"; readonly id: string };
  readonly evidence: readonly { readonly name: string; readonly value: string }[];
  readonly detail: string;
}

/** Where a fault sits and what it does, for people and for whoever judges alerts by it. */
export function placeOf(fault: AimedFault, { deploymentId }: Deployment): FaultPlace {
  const { instance, layer, expert, rank, tenant, addresses: from } = fault;
  const id = instanceName(instance);
  const where = (...names: readonly ("layer" | "expert" | "rank")[]) =>
    names.map((name) => ({ name, value: String({ layer, expert, rank }[name]) }));
  const sources = from.map((value) => ({ name: "source", value }));
  const source = { type: "source", id: from[0] ?? "" } as const;
  const byTenant = { entity: { type: "tenant", id: tenant.hash } as const, evidence: [{ name: "tenant", value: tenant.hash }, ...sources] };
  const places: Readonly<Record<FaultName, FaultPlace>> = {
    "dead-expert": {
      entity: { type: "expert", id },
      evidence: where("layer", "expert"),
      detail: `expert ${expert} of layer ${layer} of ${id} gets no token`,
    },
    "hot-expert": {
      entity: { type: "expert", id },
      evidence: where("layer", "expert"),
      detail: `expert ${expert} of layer ${layer} of ${id} is picked for four tokens of five`,
    },
    "router-collapse": {
      entity: { type: "layer", id },
      evidence: where("layer"),
      detail: `layer ${layer} of ${id} sends nearly everything to a few experts`,
    },
    "token-drops": {
      entity: { type: "layer", id },
      evidence: where("layer"),
      detail: `layer ${layer} of ${id} drops one assignment in twenty over capacity`,
    },
    "sick-gpu": {
      entity: { type: "rank", id },
      evidence: where("rank"),
      detail: `the GPU of rank ${rank} of ${id} is hot and runs at half its clock`,
    },
    "lying-engine": { entity: { type: "instance", id }, evidence: [], detail: `${id} claims a balance that its counts do not have` },
    "stale-placement": { entity: { type: "instance", id }, evidence: [], detail: `${id} takes a placement made for another load` },
    "request-flood": { ...byTenant, detail: `tenant ${tenant.hash} sends seven times what all others send` },
    "credential-stuffing": {
      entity: { type: "deployment", id: deploymentId },
      evidence: sources,
      detail: `logins with stolen passwords from ${from.length} addresses`,
    },
    scanner: { entity: source, evidence: sources, detail: `${source.id} asks for files that should not be there` },
    "sql-injection": { entity: source, evidence: sources, detail: `${from.join(" and ")} put SQL into parameters` },
    "prompt-injection": { ...byTenant, detail: `tenant ${tenant.hash} tries to talk the model out of its instructions` },
    "repeated-token": { ...byTenant, detail: `tenant ${tenant.hash} sends prompts of one repeated token` },
  };
  return places[fault.name];
}
