import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Intake } from "../intake.ts";
import { startTails } from "./start-tails.ts";

const dir = mkdtempSync(join(tmpdir(), "gatewatch-tails-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const taken = new Map<string, number>();
const instances: unknown[] = [];
const intake: Intake = {
  async take({ name }, values) {
    taken.set(name, (taken.get(name) ?? 0) + values.length);
    instances.push(...(values as { instanceId?: unknown }[]).map(({ instanceId }) => instanceId));
    return { accepted: values.length, faults: [] };
  },
};
const start = (tails: string[], say: (line: string) => void = () => undefined) =>
  startTails({ tails, stateDir: join(dir, "state"), badLines: async () => undefined, pollMs: 10 }, intake, say);

it("tails each file in its own form, into the topic of the form", async () => {
  writeFileSync(join(dir, "access=1.log"), '203.0.113.9 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.0" 304 0\n');
  writeFileSync(
    join(dir, "engine.log"),
    "(EngineCore) INFO 01-05 10:00:00 [x.py:1] EPLB step: avg_tokens=1.00, max_tokens=2, balancedness=0.5000\nother\n",
  );
  const said: string[] = [];
  const tails = await start([`nginx-combined=${join(dir, "access=1.log")}`, `engine-log=${join(dir, "engine.log")}`], (line) =>
    said.push(line),
  );
  await expect.poll(() => Object.fromEntries(taken)).toEqual({ "moe.request": 1, "moe.metric": 1 });
  await tails.stop();
  expect(tails.running.map(({ counts }) => counts)).toEqual([
    { taken: 1, bad: 0, passed: 0 },
    { taken: 1, bad: 0, passed: 1 },
  ]);
  expect(instances).toContain(join(dir, "engine.log"));
  expect(said.join("\n")).toContain("engine.log: tailed as engine-log into moe.metric");
});

it.for(["access.log", "nginx=access.log", "nginx-json=", "=x"])("refuses %s and starts none", async (wrong) => {
  await expect(start([`nginx-json=${join(dir, "good.log")}`, wrong])).rejects.toMatchObject({ code: "GW_USAGE" });
});
