import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { isPartName, type StartedPart, startPart } from "./part-starts.ts";
import type { PartAnswer, PartName } from "./shared-part.ts";

/**
 * Holds the real parts of one test run. Nothing starts until a test file asks (`sharedPart`), so a run of unit tests starts
 * nothing; files that ask for the same part wait for the same start. Data lie in one temporary folder, ports are any free ones.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "gatewatch-test-"));
  const starts = new Map<PartName, Promise<StartedPart>>();
  const start = (name: PartName): Promise<StartedPart> => {
    const begun = starts.get(name) ?? startPart(name, join(dataDir, name));
    starts.set(name, begun);
    return begun;
  };

  const server = createServer((request, response) => {
    const name = request.url?.slice(1) ?? "";
    const answer = isPartName(name) ? start(name).then(asAnswer, asFailure) : Promise.resolve({ failed: `no part is called "${name}"` });
    void answer.then((body) => response.setHeader("content-type", "application/json").end(JSON.stringify(body)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  project.provide("partsAddress", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  // A signal ends vitest without its teardown: the parts die with this process, their data go here.
  process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

  return async () => {
    server.close();
    server.closeAllConnections();
    const begun = await Promise.allSettled(starts.values());
    await Promise.all(begun.map((one) => (one.status === "fulfilled" && "stop" in one.value ? one.value.stop() : undefined)));
    await rm(dataDir, { recursive: true, force: true });
  };
}

const asAnswer = (part: StartedPart): PartAnswer =>
  "missing" in part ? part : { found: { address: part.address, password: part.password } };

const asFailure = (error: unknown): PartAnswer => ({ failed: error instanceof Error ? error.message : String(error) });
