import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startKafka } from "../../infra/local-stack/kafka.ts";
import { lookAtMachine } from "../../infra/local-stack/machine.ts";
import { isFree } from "../../infra/local-stack/ports.ts";
import { isRunning, type ProcessIdentity } from "../../infra/local-stack/process-identity.ts";
import { drain, texts, until, valued, write } from "../contract/contract-rig.ts";
import { connectTo } from "../contract/kafka-log.ts";

const machine = await lookAtMachine();

describe.skipIf(!machine.java.found || !machine.maven.found)("the local Kafka", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "gatewatch-part-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it("keeps topics over a restart on the same port, and lets nobody else into its data", { timeout: 60_000 }, async () => {
    const dataDir = join(dir, "kept");
    const first = await startKafka({ dataDir, port: 0 });
    const port = Number(first.address.split(":")[1]);
    const client = await connectTo(first.address);
    await client.admin.createTopics([{ name: "kept", partitions: 1, settings: {} }]);
    await write(client, valued("kept", 0, "a", "b"));
    await client.close();
    await expect(startKafka({ dataDir, port: 0 })).rejects.toMatchObject({ code: "GW_DATA_DIR_BUSY" });
    await first.stop();
    await first.stop();
    expect(await isFree(port)).toBe(true);

    const second = await startKafka({ dataDir, port });
    const again = await connectTo(second.address);
    expect(texts((await drain(again, { topic: "kept", partition: 0 })).records)).toEqual(["a", "b"]);
    await again.close();
    await second.stop();
  });

  it("dies with its parent, SIGKILL included, and starts again after it", { timeout: 60_000 }, async () => {
    const dataDir = join(dir, "orphan");
    const script = `import { startKafka } from ${JSON.stringify(new URL("../../infra/local-stack/kafka.ts", import.meta.url).href)};
      const part = await startKafka({ dataDir: ${JSON.stringify(dataDir)}, port: 0 });
      process.stdout.write(part.address);
      setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: ["ignore", "pipe", "inherit"] });
    const [address] = (await once(parent.stdout, "data")) as [Buffer];
    const broker = JSON.parse(await readFile(join(dataDir, "kafka.pid"), "utf8")) as ProcessIdentity;
    expect(isRunning(broker)).toBe(true);
    parent.kill("SIGKILL");
    await until("the broker is gone", () => !isRunning(broker));
    const again = await startKafka({ dataDir, port: Number(String(address).split(":")[1]) });
    await again.stop();
  });

  it("names a port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const started = startKafka({ dataDir: join(dir, "taken"), port });
    await expect(started).rejects.toMatchObject({ code: "GW_PORT_TAKEN", message: expect.stringContaining(String(port)) });
    server.close();
  });

  it("names a broker that ends while it starts, and its log", { timeout: 60_000 }, async () => {
    const dataDir = join(dir, "broken");
    await (await startKafka({ dataDir, port: 0 })).stop();
    await writeFile(join(dataDir, "data", "meta.properties"), "version=1\nnode.id=7\ncluster.id=other\n");
    const started = startKafka({ dataDir, port: 0 });
    await expect(started).rejects.toMatchObject({ code: "GW_PART_FAILED", message: expect.stringContaining(join(dataDir, "kafka.log")) });
    // The data dir is free again.
    await expect(startKafka({ dataDir, port: 0 })).rejects.toMatchObject({ code: "GW_PART_FAILED" });
  });

  it("wants Java 17", async () => {
    vi.stubEnv("JAVA_HOME", join(dir, "nowhere"));
    await expect(startKafka({ dataDir: join(dir, "java") })).rejects.toMatchObject({ code: "GW_JAVA_MISSING" });
    const old = join(dir, "bin");
    await mkdir(old, { recursive: true });
    await writeFile(join(old, "java"), "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
    await chmod(join(old, "java"), 0o755);
    vi.stubEnv("JAVA_HOME", dir);
    const started = startKafka({ dataDir: join(dir, "java") });
    await expect(started).rejects.toMatchObject({ code: "GW_JAVA_MISSING", message: expect.stringContaining("11.0.2") });
  });
});
