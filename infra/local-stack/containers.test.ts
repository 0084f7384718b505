import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { composeFile } from "./containers.ts";
import { usualPorts, versions } from "./versions.ts";

interface Compose {
  readonly services: Readonly<Record<string, { image: string; ports: string[]; environment: Record<string, unknown> }>>;
}
const { services } = parse(readFileSync(composeFile, "utf8")) as Compose;

/** The client can check the file without an engine behind it; not every client brings compose. */
function hasCompose(): boolean {
  try {
    execFileSync("docker", ["compose", "version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("the compose file", () => {
  it("runs the versions of the local parts", () => {
    const images = Object.fromEntries(Object.entries(services).map(([name, { image }]) => [name, image]));
    expect(images).toEqual({
      kafka: `apache/kafka:${versions.kafka}`,
      registry: `apicurio/apicurio-registry:${versions.registry}`,
      clickhouse: `clickhouse/clickhouse-server:${versions.clickhouse}`,
    });
  });

  it("publishes the usual ports on loopback only, and takes others from the environment", () => {
    const ports = Object.values(services).flatMap((service) => service.ports);
    expect(ports).toHaveLength(3);
    for (const [name, port] of Object.entries(usualPorts)) {
      if (name === "status") continue;
      expect(ports.some((one) => one.startsWith(`127.0.0.1:\${GATEWATCH_${name.toUpperCase()}_PORT:-${port}}:`))).toBe(true);
    }
  });

  it("keeps schemas for ever, as the local registry does", () => {
    const { environment = {} } = services.registry ?? {};
    expect([environment.APICURIO_KAFKASQL_TOPIC_RETENTION_MS, environment.APICURIO_KAFKASQL_SNAPSHOTS_TOPIC_RETENTION_MS]).toEqual([
      "-1",
      "-1",
    ]);
    expect(environment.APICURIO_CCOMPAT_USE_CANONICAL_HASH).toBe("true");
  });

  it.skipIf(!hasCompose())("is valid for the Docker client", () => {
    const config = execFileSync("docker", ["compose", "-f", composeFile, "config", "--format", "json"], { encoding: "utf8" });
    expect(Object.keys((JSON.parse(config) as Compose).services).sort()).toEqual(["clickhouse", "kafka", "registry"]);
  });
});
