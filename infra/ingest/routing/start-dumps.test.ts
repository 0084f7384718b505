import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Fault } from "../../../schemas/faults/fault.ts";
import type { RouterEventInput } from "../../../schemas/types/avro.ts";
import { python, torchArchive } from "../../../test/ingest/torch-archive.ts";
import type { Intake } from "../intake.ts";
import { type DumpOptions, startDumps } from "./start-dumps.ts";

let dir: string;
let dumps: string;
let taken: RouterEventInput[];
let said: string[];
let refusals: Fault[];
const running: { stop(): Promise<void> }[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatewatch-dumps-"));
  dumps = join(dir, "dumps");
  [taken, said, refusals] = [[], [], []];
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  rmSync(dir, { recursive: true, force: true });
});

const intake: Intake = {
  async take(_, values) {
    const refusal = refusals.shift();
    if (refusal !== undefined) throw refusal;
    taken.push(...(values as RouterEventInput[]));
    return { accepted: values.length, faults: [] };
  },
};

async function start(options: Partial<DumpOptions> = {}) {
  const fixed = { dumps: [`json=${dumps}`], topK: 2, deploymentId: "chat", stateDir: join(dir, "state"), coversMs: 60_000 };
  const patience = { quietMs: 0, pauseMs: { first: 5, most: 20 } };
  const one = await startDumps({ ...fixed, patience, pollMs: 10, settleMs: 0, ...options }, intake, (line) => void said.push(line));
  running.push(one);
  return one;
}

const load = (n: number) =>
  JSON.stringify({
    windowStart: `2026-01-01T00:00:0${n}Z`,
    windowEnd: `2026-01-01T00:00:0${n + 1}Z`,
    instanceId: "engine-0",
    numExperts: 2,
    topK: 1,
    counts: [[n, 1]],
  });
const seen = (count: number) => expect.poll(() => taken.length, { timeout: 5_000 }).toBe(count);

describe("folders of counts", () => {
  it("are waited for, and each file is taken once, also over a restart", async () => {
    const first = await start();
    mkdirSync(dumps);
    writeFileSync(join(dumps, "a.json"), load(1));
    writeFileSync(join(dumps, "other.txt"), "not looked at");
    await seen(1);
    writeFileSync(join(dumps, "b.json"), load(2));
    await seen(2);
    await first.stop();
    await start();
    writeFileSync(join(dumps, "c.json"), load(3));
    await seen(3);
    expect(taken.map(({ expertCounts }) => expertCounts[0])).toEqual([1, 2, 3]);
  });

  it("wait while Kafka is away or full", async () => {
    mkdirSync(dumps);
    refusals = [new Fault("GW_INTAKE_UNAVAILABLE", "away"), new Fault("GW_INTAKE_FULL", "full")];
    writeFileSync(join(dumps, "a.json"), load(1));
    await start();
    await seen(1);
    expect(refusals).toEqual([]);
  });

  it("say once for each reason what they wait for, tell health, and say when that is over", async () => {
    mkdirSync(dumps);
    refusals = Array.from({ length: 20 }, () => new Fault("GW_INTAKE_UNAVAILABLE", "no right"));
    const waits = new Map<string, string | undefined>();
    writeFileSync(join(dumps, "a.json"), load(1));
    await start({ waits: (who, reason) => waits.set(who, reason) });
    await expect.poll(() => waits.get(dumps)).toContain("no right");
    await seen(1);
    await expect.poll(() => waits.get(dumps)).toBeUndefined();
    expect(said.map((sentence) => sentence.replace(`${dumps}: `, "").slice(0, 20))).toEqual(["GW_INTAKE_UNAVAILABL", "It answers now."]);
  });

  it("say once that a folder cannot be read, and when it can", async () => {
    symlinkSync("dumps", dumps);
    await start();
    await expect.poll(() => said.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    rmSync(dumps);
    mkdirSync(dumps);
    writeFileSync(join(dumps, "a.json"), load(1));
    await seen(1);
    await expect.poll(() => said.length).toBe(2);
    expect(said[0]).toMatch(/GW_FILE_UNUSABLE: ELOOP.*Trying again/);
  });

  it("refuse to begin with a list of taken files that is none, and keep it for its owner alone", async () => {
    mkdirSync(dumps);
    writeFileSync(join(dumps, "a.json"), load(1));
    const first = await start();
    await seen(1);
    await first.stop();
    const [state = ""] = readdirSync(join(dir, "state")).map((name) => join(dir, "state", name));
    expect(statSync(state).mode & 0o077).toBe(0);
    writeFileSync(state, "{}");
    await expect(start()).rejects.toMatchObject({ code: "GW_CONFIG_INVALID", message: expect.stringContaining(state) });
  });

  it("name a file that cannot be read, once, and go on", async () => {
    mkdirSync(dumps);
    writeFileSync(join(dumps, "a.json"), "{");
    await start();
    writeFileSync(join(dumps, "b.json"), load(2));
    await seen(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(said.filter((line) => line.includes("a.json: left out"))).toHaveLength(1);
  });

  it("look again at a file that is still being written", async () => {
    mkdirSync(dumps);
    writeFileSync(join(dumps, "a.json"), load(1).slice(0, 20));
    await start({ settleMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    writeFileSync(join(dumps, "a.json"), load(1));
    await seen(1);
    expect(said).toEqual([]);
  });

  it("take the oldest first: none is taken while an older one is still being written", async () => {
    mkdirSync(dumps);
    writeFileSync(join(dumps, "a.json"), load(1).slice(0, 20));
    writeFileSync(join(dumps, "b.json"), load(2));
    utimesSync(join(dumps, "b.json"), Date.now() / 1000 + 5, Date.now() / 1000 + 5);
    await start({ settleMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(taken).toEqual([]);
    writeFileSync(join(dumps, "a.json"), load(1));
    await seen(2);
    expect(taken.map(({ expertCounts }) => expertCounts[0])).toEqual([1, 2]);
  });

  it("do not wait hours for a file whose time lies ahead", async () => {
    mkdirSync(dumps);
    writeFileSync(join(dumps, "a.json"), "{");
    utimesSync(join(dumps, "a.json"), Date.now() / 1000 + 3_600, Date.now() / 1000 + 3_600);
    await start({ settleMs: 60_000 });
    await expect.poll(() => said.join()).toContain("a.json: left out");
  });

  it("take a file that was left out and comes again after it was gone", async () => {
    mkdirSync(dumps);
    writeFileSync(join(dumps, "a.json"), "{");
    await start();
    await expect.poll(() => said.length).toBe(1);
    rmSync(join(dumps, "a.json"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    writeFileSync(join(dumps, "a.json"), load(1));
    await seen(1);
  });

  it.for([
    [["vllm=/tmp"], 2, "engines: sglang, json"],
    [["/tmp"], 2, "ENGINE=DIR"],
    [["sglang=/tmp"], undefined, "ingest.dumpsTopK"],
  ] as const)("must be named right: %j", async ([folders, topK, message]) => {
    await expect(start({ dumps: folders, topK })).rejects.toThrow(message);
  });
});

describe.skipIf(!python)("folders of SGLang's dumps (fixtures want python3)", () => {
  const at = 1_767_225_600;
  const stat = (n: number) => torchArchive(`{"rank": 0, "logical_count": tensor((1, 2, 3), [0, 0, 0, ${n}, 1, 1])}`);
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(dumps, `expert_distribution_recorder_${name}.pt`), bytes);
  const folder = (options: Partial<DumpOptions> = {}) => start({ dumps: [`sglang=${dumps}`], ...options });
  /** Start and end in seconds after `at`, and the counts. */
  const windows = () =>
    taken.map(({ windowStart, windowEnd, expertCounts }) => [
      Number(windowStart) / 1e6 - at,
      Number(windowEnd) / 1e6 - at,
      expertCounts.join(),
    ]);
  beforeEach(() => mkdirSync(dumps));

  it("give a window a layer, of the folder's instance, from the dump before to the time in the name", async () => {
    write(`${at}.5`, stat(4));
    write("notes", new Uint8Array(0));
    const first = await folder();
    await seen(1);
    expect(taken).toMatchObject([
      { deploymentId: "chat", instanceId: "dumps", source: "SGLANG", phase: "MIXED", layer: 1, topK: 2, tokens: 3, assignments: 6 },
    ]);
    write(`${at + 40}.25`, stat(6));
    await seen(2);
    await first.stop();
    await folder();
    write(`${at + 90}`, stat(7));
    await seen(3);
    expect(windows()).toEqual([
      [-59.5, 0.5, "4,1,1"],
      [0.5, 40.25, "6,1,1"],
      [40.25, 90, "7,1,1"],
    ]);
  });

  it("begin no earlier than a dump covers: the recorder holds its last passes, not those of a night", async () => {
    write(`${at}`, stat(4));
    write(`${at + 540}`, stat(6));
    await folder({ coversMs: 30_000 });
    await seen(2);
    expect(windows().map(([start, end]) => [start, end])).toEqual([
      [-30, 0],
      [510, 540],
    ]);
  });

  it("wait for an older one that is still being written, so that no two windows overlap", async () => {
    const whole = stat(4);
    write(`${at}`, whole.subarray(0, 100));
    write(`${at + 40}`, stat(6));
    await folder({ settleMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(taken).toEqual([]);
    write(`${at}`, whole);
    await seen(2);
    expect(windows().map(([start, end]) => [start, end])).toEqual([
      [-60, 0],
      [0, 40],
    ]);
  });

  it("go on from the newest end where an older dump came after it", async () => {
    write(`${at + 40}`, stat(6));
    await folder();
    await seen(1);
    write(`${at}`, stat(4));
    await seen(2);
    write(`${at + 80}`, stat(7));
    await seen(3);
    expect(windows().at(-1)).toEqual([40, 80, "7,1,1"]);
  });

  it("are of one instance a rank where each rank writes its own, each from its own dump before", async () => {
    const rank = (n: number) =>
      torchArchive(
        `{"records": [{"rank": ${n}, "global_physical_count": tensor((1, 4), [1, 2, 3, 4])}], "last_physical_to_logical_map": long((1, 4), [0, 1, 2, 0])}`,
      );
    write(`${at}_0`, rank(0));
    write(`${at}_1`, rank(1));
    await folder();
    await seen(2);
    write(`${at + 20}_1`, rank(1));
    await seen(3);
    expect(taken.map(({ instanceId, expertCounts }) => [instanceId, expertCounts])).toEqual([
      ["dumps/rank-0", [5, 2, 3]],
      ["dumps/rank-1", [5, 2, 3]],
      ["dumps/rank-1", [5, 2, 3]],
    ]);
    expect(windows().at(-1)).toEqual([0, 20, "5,2,3"]);
  });
});
