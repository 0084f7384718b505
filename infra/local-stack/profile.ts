import { Fault } from "../../schemas/faults/fault.ts";
import type { Machine } from "./machine.ts";

export const profiles = ["auto", "external", "local", "docker", "memory"] as const;
export type Profile = (typeof profiles)[number];
export type ChosenProfile = Exclude<Profile, "auto">;

/** Addresses that the configuration names; parts that it does not name are started. */
export interface Configured {
  readonly kafka?: string;
  readonly registry?: string;
  readonly clickhouse?: string;
}

export interface Choice {
  readonly profile: ChosenProfile;
  /** One sentence: why this one, and what is lost by it. */
  readonly why: string;
}

/** The profile asked for; for `auto` the first of external, local, docker, memory that can be. GW_PART_MISSING, GW_JAVA_MISSING where the one asked for cannot. */
export function chooseProfile(asked: Profile, configured: Configured, machine: Machine): Choice {
  if (asked === "external" || (asked === "auto" && configured.kafka !== undefined)) return external(asked, configured);
  const lacking = [machine.java, machine.maven].filter(({ found }) => !found).map(({ detail }) => detail);
  if (asked === "local" && lacking.length > 0) throw new Fault("GW_JAVA_MISSING", lacking.join("; "));
  if (asked === "docker" && !machine.docker.found) throw new Fault("GW_PART_MISSING", `profile docker cannot be: ${machine.docker.detail}`);
  if (asked !== "auto") return { profile: asked, why: asked === "memory" ? `asked for: ${memoryMeans}` : "asked for" };
  if (lacking.length === 0) return { profile: "local", why: `${machine.java.detail}, and no KAFKA_BROKERS set` };
  if (machine.docker.found) return { profile: "docker", why: `${lacking.join("; ")}, but Docker ${machine.docker.detail}` };
  return {
    profile: "memory",
    why: `${lacking.join("; ")}, and ${machine.docker.detail}: ${memoryMeans}. Install Java 17 and Maven for the real thing`,
  };
}

const memoryMeans = "records live in this process and end with it";

function external(asked: Profile, { kafka, registry, clickhouse }: Configured): Choice {
  const missing = [
    ...(kafka === undefined ? ["KAFKA_BROKERS"] : []),
    ...(registry === undefined ? ["SCHEMA_REGISTRY_URL"] : []),
    ...(clickhouse === undefined ? ["CLICKHOUSE_URL"] : []),
  ];
  if (missing.length > 0) throw new Fault("GW_PART_MISSING", `profile external needs ${missing.join(", ")} as well`);
  return { profile: "external", why: asked === "auto" ? "KAFKA_BROKERS is set" : "asked for" };
}
