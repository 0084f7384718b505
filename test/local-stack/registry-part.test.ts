import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lookAtMachine } from "../../infra/local-stack/machine.ts";
import type { Part } from "../../infra/local-stack/part.ts";
import { anyFreePort, isFree, releasePort } from "../../infra/local-stack/ports.ts";
import { isRunning, type ProcessIdentity } from "../../infra/local-stack/process-identity.ts";
import { startRegistry } from "../../infra/local-stack/registry.ts";
import { openRegistryCodec } from "../../infra/registry/registry-codec.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { RouterEvent } from "../../schemas/types/avro.ts";
import { until } from "../lanes/harness.ts";
import { OwnKafka } from "../parts/own-kafka.ts";
import { routerDefaults } from "../pipelines/inputs.ts";

const machine = await lookAtMachine();
const logger = pino({ level: "silent" });
const event: RouterEvent = routerDefaults;
const { dlq: _, ...encoded } = topics;
const everything = Object.values(encoded);

describe.skipIf(!machine.java.found || !machine.maven.found)("the local registry", () => {
  let dir: string;
  let part: Part | undefined;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "gatewatch-registry-"));
  });
  afterAll(async () => {
    await part?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it("keeps every id in Kafka, over a stop in order and a SIGKILL, and registers nothing twice", { timeout: 120_000 }, async () => {
    await using kafka = await OwnKafka.start();
    const dataDir = join(dir, "kept");
    const idNow = async (): Promise<number> => {
      const codec = openRegistryCodec({ url: part?.address ?? "" }, logger);
      await codec.register(everything);
      return codec.encode(topics.router, event).readUInt32BE(1);
    };
    const subjects = async () => (await fetch(`${part?.address}/subjects`)).json();
    const start = async () => {
      part = await startRegistry({ dataDir, kafka: kafka.address, port: 0 });
    };
    await start();
    const id = await idNow();
    await part?.stop();
    await start();
    expect(await idNow()).toBe(id);

    const process_ = JSON.parse(await readFile(join(dataDir, "registry.pid"), "utf8")) as ProcessIdentity;
    process.kill(process_.pid, "SIGKILL");
    await until("the registry is gone", () => !isRunning(process_));
    await part?.ended;
    await start();
    // Its API answers before it has read its journal: a start is over when all is known, not when something answers.
    expect(await subjects()).toHaveLength(everything.length);
    expect(await idNow()).toBe(id);
    const versions = await fetch(`${part?.address}/subjects/moe.router-value/versions`);
    expect(await versions.json()).toEqual([1]);
    const port = Number(new URL(part?.address ?? "").port);
    await part?.stop();
    expect(await isFree(port)).toBe(true);
  });

  it("ends, and names its log, when there is no Kafka behind the address", { timeout: 120_000 }, async () => {
    const port = await anyFreePort();
    releasePort(port);
    const dataDir = join(dir, "alone");
    const started = startRegistry({ dataDir, kafka: `127.0.0.1:${port}`, port: 0, startLimitMs: 4_000 });
    await expect(started).rejects.toMatchObject({
      code: "GW_PART_FAILED",
      message: expect.stringContaining(join(dataDir, "registry.log")),
    });
  });
});
