import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Fault } from "../../../schemas/faults/fault.ts";
import type { RequestEventInput } from "../../../schemas/types/avro.ts";
import type { Intake } from "../intake.ts";
import type { BadLine } from "./bad-lines.ts";
import { nginxCombined } from "./nginx-combined.ts";
import { type RunningTail, startTail, type TailOptions } from "./tail-log.ts";

let dir: string;
let log: string;
let taken: RequestEventInput[];
let bad: BadLine[];
let said: string[];
/** What the next calls of the intake fail with. */
let refusals: Fault[];
const running: RunningTail[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatewatch-tail-"));
  log = join(dir, "access.log");
  [taken, bad, said, refusals] = [[], [], [], []];
});
afterEach(async () => {
  for (const tail of running.splice(0)) await tail.stop();
  rmSync(dir, { recursive: true, force: true });
});

const intake: Intake = {
  take: async (_topic, values) => {
    const refusal = refusals.shift();
    if (refusal !== undefined) throw refusal;
    taken.push(...(values as unknown as RequestEventInput[]));
    return { accepted: values.length, faults: [] };
  },
} as Intake;

async function start(options: Partial<TailOptions> = {}): Promise<RunningTail> {
  const badLines = async (_topic: string, _stage: string, lines: readonly BadLine[]) => void bad.push(...lines);
  const fixed = { format: nginxCombined, path: log, stateDir: join(dir, "state"), badLines, pollMs: 10, rotateWaitMs: 100 };
  const patience = { quietMs: 0, pauseMs: { first: 5, most: 20 } };
  const tail = await startTail({ ...fixed, patience, ...options }, intake, (line) => said.push(line));
  running.push(tail);
  return tail;
}

const line = (n: number) =>
  `198.51.100.7 - - [17/May/2015:10:05:${String(n % 60).padStart(2, "0")} +0000] "GET /n/${n} HTTP/1.1" 200 5 "-" "curl/8"\n`;
const some = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => line(from + i)).join("");
const paths = () => taken.map(({ path }) => Number(String(path).slice(3)));
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
const seen = (count: number) => expect.poll(() => taken.length, { timeout: 5_000, interval: 5 }).toBe(count);
const stopped = async (tail: RunningTail) => {
  running.splice(running.indexOf(tail), 1);
  await tail.stop();
};

describe("tailing a log", () => {
  it("waits for a file that is not there yet, and then for what is added to it", async () => {
    await start();
    writeFileSync(log, some(1, 3));
    await seen(3);
    appendFileSync(log, some(4, 5));
    await seen(5);
    expect(paths()).toEqual(upTo(5));
  });

  it("takes a line when its end has come, not before", async () => {
    await start();
    writeFileSync(log, some(1, 2) + line(3).slice(0, 40));
    await seen(2);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(paths()).toEqual([1, 2]);
    appendFileSync(log, line(3).slice(40));
    await seen(3);
    expect(bad).toEqual([]);
  });

  it("reads from the end where asked to, but a file that comes later from its beginning", async () => {
    writeFileSync(log, some(1, 3));
    await start({ from: "end" });
    await new Promise((resolve) => setTimeout(resolve, 60));
    appendFileSync(log, some(4, 5));
    await seen(2);
    expect(paths()).toEqual([4, 5]);
    renameSync(log, `${log}.1`);
    writeFileSync(log, some(6, 7));
    await seen(4);
    expect(paths()).toEqual([4, 5, 6, 7]);
  });

  it("reads a line whole that had only begun where it began at the end", async () => {
    writeFileSync(log, some(1, 2) + line(3).slice(0, 40));
    await start({ from: "end" });
    await new Promise((resolve) => setTimeout(resolve, 60));
    appendFileSync(log, line(3).slice(40) + line(4));
    await seen(2);
    expect([paths(), bad]).toEqual([[3, 4], []]);
  });

  it("begins at the end of an endless line too", async () => {
    writeFileSync(log, some(1, 2) + "x".repeat(1_100_000));
    await start({ from: "end" });
    await new Promise((resolve) => setTimeout(resolve, 60));
    appendFileSync(log, `y\n${line(3)}`);
    await seen(1);
    expect([paths(), bad.map(({ code }) => code)]).toEqual([[3], ["GW_RECORD_TOO_LARGE"]]);
  });

  it("goes on after a restart where it stood, without losing or doubling", async () => {
    writeFileSync(log, some(1, 3));
    const first = await start();
    await seen(3);
    await stopped(first);
    appendFileSync(log, some(4, 6));
    await start();
    await seen(6);
    expect(paths()).toEqual(upTo(6));
  });

  it("gives a line that is read again the same ids, and no two lines the same", async () => {
    writeFileSync(log, line(1) + line(1));
    const first = await start();
    await seen(2);
    await stopped(first);
    rmSync(join(dir, "state"), { recursive: true });
    await start();
    await seen(4);
    const ids = taken.map(({ eventId, requestId }) => [eventId, requestId]);
    expect(ids.slice(0, 2)).toEqual(ids.slice(2));
    expect(ids[0]).not.toEqual(ids[1]);
    expect(ids[0]?.[0]).toBe(ids[0]?.[1]);
  });

  it("waits while there is no room or no Kafka, and then goes on from the same line", async () => {
    refusals = [new Fault("GW_INTAKE_FULL", "full"), new Fault("GW_INTAKE_UNAVAILABLE", "away"), new Fault("GW_INTAKE_FULL", "full")];
    writeFileSync(log, some(1, 4));
    await start();
    await seen(4);
    expect(paths()).toEqual(upTo(4));
  });

  it("says once for each reason what it waits for, tells health, and says when that is over", async () => {
    refusals = Array.from({ length: 40 }, (_, i) => new Fault("GW_INTAKE_UNAVAILABLE", i % 2 === 0 ? "no right" : "away"));
    const waits = new Map<string, string | undefined>();
    writeFileSync(log, some(1, 4));
    await start({ waits: (who, reason) => waits.set(who, reason) });
    await expect.poll(() => waits.get(log)).toContain("no right");
    await seen(4);
    await expect.poll(() => waits.get(log)).toBeUndefined();
    expect(said.map((sentence) => sentence.replace(`${log}: `, "").slice(0, 30))).toEqual([
      "GW_INTAKE_UNAVAILABLE: no righ",
      "GW_INTAKE_UNAVAILABLE: away. S",
      "It answers now.",
    ]);
  });

  it("loses no line, good or bad, to a failure that no rule lets repeat", async () => {
    const failures = [new Error("a defect"), new Fault("GW_KAFKA_AUTH", "no right")];
    const badLines = async (_topic: string, _stage: string, lines: readonly BadLine[]) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      bad.push(...lines);
    };
    refusals = [new Fault("GW_SCHEMA_INCOMPATIBLE", "refused")];
    writeFileSync(log, `${line(1)}nonsense\n${line(2)}`);
    await start({ badLines });
    await seen(2);
    await expect.poll(() => bad.length).toBe(1);
    appendFileSync(log, line(3));
    await seen(3);
    expect([paths(), failures]).toEqual([upTo(3), []]);
  });

  it("says once that a log cannot be read, and when it can", async () => {
    symlinkSync("access.log", log);
    await start();
    await expect.poll(() => said.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    rmSync(log);
    writeFileSync(log, some(1, 2));
    await seen(2);
    await expect.poll(() => said.length).toBe(2);
    expect(said[0]).toMatch(/GW_FILE_UNUSABLE: ELOOP.*Trying again/);
    expect(said[1]).toBe(`${log}: It answers now.`);
  });

  it("keeps its place when it is stopped while it waits", async () => {
    refusals = Array.from({ length: 1_000 }, () => new Fault("GW_INTAKE_UNAVAILABLE", "away"));
    writeFileSync(log, some(1, 4));
    const tail = await start();
    await expect.poll(() => refusals.length).toBeLessThan(1_000);
    await stopped(tail);
    expect(taken).toEqual([]);
    refusals = [];
    await start();
    await seen(4);
  });

  it("puts bad lines aside with their bytes and place, says so, and goes on", async () => {
    const cut = `${line(2).slice(0, 30)}${line(3)}`;
    writeFileSync(log, Buffer.concat([Buffer.from(line(1) + cut), Buffer.from([0x47, 0xff, 0xfe, 0x0a]), Buffer.from(line(4))]));
    const tail = await start();
    await seen(2);
    expect(paths()).toEqual([1, 4]);
    expect(bad.map(({ line: { bytes, offset }, message }) => [String(bytes), offset, message])).toEqual([
      [cut.trimEnd(), line(1).length, "the line is not of the combined format"],
      [String(Buffer.from([0x47, 0xff, 0xfe])), (line(1) + cut).length, "the line is not UTF-8"],
    ]);
    expect(tail.counts).toEqual({ taken: 2, bad: 2, passed: 0 });
    expect(said.join()).toContain("2 lines are no records, now dead letters");
  });

  it("keeps the beginning of an over-long line and goes on behind it", async () => {
    writeFileSync(log, `${line(1)}${"x".repeat(3_000_000)}\n${line(2)}`);
    await start();
    await seen(2);
    expect(bad).toMatchObject([{ code: "GW_RECORD_TOO_LARGE", line: { length: 3_000_000, offset: line(1).length } }]);
    expect(bad[0]?.line.bytes.length).toBe(2_000);
  });

  it("puts aside what the intake finds senseless", async () => {
    writeFileSync(log, some(1, 2));
    const take = async () => ({ accepted: 1, faults: [{ index: 1, code: "GW_RECORD_SENSELESS", message: "ts is in 1970" }] });
    const badLines = async (_topic: string, _stage: string, lines: readonly BadLine[]) => void bad.push(...lines);
    const options = { format: nginxCombined, path: log, stateDir: join(dir, "state"), badLines, pollMs: 10 };
    running.push(await startTail(options, { take } as unknown as Intake, () => undefined));
    await expect.poll(() => bad.length).toBe(1);
    expect(String(bad[0]?.line.bytes)).toBe(line(2).trimEnd());
  });

  it("refuses a position file that is none, instead of beginning anew", async () => {
    writeFileSync(log, some(1, 2));
    const first = await start();
    await seen(2);
    await stopped(first);
    for (const name of readdirSync(join(dir, "state"))) writeFileSync(join(dir, "state", name), "{}");
    await expect(start()).rejects.toMatchObject({ code: "GW_CONFIG_INVALID" });
  });
});

describe("rotation", () => {
  it("by rename: reads the old file to its end, also what is still written to it, and the new one", async () => {
    writeFileSync(log, some(1, 3));
    await start();
    await seen(3);
    renameSync(log, `${log}.1`);
    appendFileSync(`${log}.1`, some(4, 5));
    await seen(5);
    writeFileSync(log, some(6, 7));
    await seen(7);
    appendFileSync(`${log}.1`, line(8));
    await seen(8);
    expect(paths()).toEqual(upTo(8));
  });

  it("by rename while nobody read: takes up the old file, those between, and the new one", async () => {
    writeFileSync(log, some(1, 3));
    const first = await start();
    await seen(3);
    await stopped(first);
    appendFileSync(log, some(4, 5));
    renameSync(log, `${log}.2`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(`${log}.1`, some(6, 8));
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(log, some(9, 10));
    await start();
    await seen(10);
    expect(paths()).toEqual(upTo(10));
  });

  it("by rename, the last line without a line feed: taken when the file is quiet", async () => {
    writeFileSync(log, some(1, 2) + line(3).trimEnd());
    await start();
    await seen(2);
    renameSync(log, `${log}.1`);
    writeFileSync(log, line(4));
    await seen(4);
    expect(paths().toSorted()).toEqual(upTo(4));
  });

  it("by copy and truncate: reads the rest from the copy, then the file from its beginning", async () => {
    writeFileSync(log, some(1, 3));
    const first = await start();
    await seen(3);
    await stopped(first);
    appendFileSync(log, some(4, 5));
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    appendFileSync(log, line(6));
    await start();
    await seen(6);
    expect(paths()).toEqual(upTo(6));
  });

  it("by copy and truncate while it reads, also where the file has grown beyond its old length", async () => {
    writeFileSync(log, some(1, 3));
    await start();
    await seen(3);
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    appendFileSync(log, some(4, 20));
    await seen(20);
    expect(paths()).toEqual(upTo(20));
    expect(new Set(taken.map(({ eventId }) => eventId)).size).toBe(20);
  });

  it("says that lines may be lost where the file read last is gone", async () => {
    writeFileSync(log, some(1, 3));
    const first = await start();
    await seen(3);
    await stopped(first);
    rmSync(log);
    writeFileSync(log, some(7, 8));
    await start();
    await seen(5);
    expect(said.join()).toMatch(/read to byte \d+ is gone; lines after it may be lost/);
  });
});
