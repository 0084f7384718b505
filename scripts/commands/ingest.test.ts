import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openMemoryLog } from "../../infra/kafka/memory/log.ts";
import { overMemory } from "../../test/commands/over-memory.ts";
import { ingest } from "./ingest.ts";

it("follows logs and folders whose names hold commas, each option as it was typed", { timeout: 30_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), "gatewatch-ingest-"));
  const stateDir = join(dir, "state");
  const logs = [join(dir, "a,b.log"), join(dir, "c.log")];
  const dumps = join(dir, "dumps,1");
  mkdirSync(dumps);
  for (const path of logs) writeFileSync(path, '203.0.113.9 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.0" 304 0\n');
  const window = {
    windowStart: "2026-01-01T00:00:00Z",
    windowEnd: "2026-01-01T00:00:05Z",
    instanceId: "e",
    numExperts: 2,
    topK: 1,
    counts: [[1, 2]],
  };
  writeFileSync(join(dumps, "a.json"), JSON.stringify(window));
  const memory = openMemoryLog();
  const log = memory.connect();
  const leaving = new AbortController();
  const typed = { port: 0, scrape: [], tail: logs.map((path) => `nginx-combined=${path}`), watchDumps: [`json=${dumps}`] };
  const running = overMemory(ingest, typed, { log, stop: leaving.signal, set: [`ingest.stateDir=${stateDir}`] });
  try {
    const kept = () =>
      readdirSync(stateDir)
        .map((name) => name.replace(/-[^-]*$/, ""))
        .toSorted();
    await expect.poll(kept, { timeout: 20_000 }).toEqual(["a,b.log", "c.log", "dumps-dumps,1"]);
  } finally {
    leaving.abort();
    expect((await running).code).toBe(0);
    await log.close();
    rmSync(dir, { recursive: true, force: true });
  }
});
