import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimDataDir, readRunning, releaseDataDir, writeRunning } from "./running.ts";

let dir: string;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), "gatewatch-running-")), "data");
});
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

describe("the data directory's claim", () => {
  it("is found by others until it is given up", () => {
    const claim = claimDataDir(dir, "local");
    expect(readRunning(dir)).toMatchObject({ pid: process.pid, profile: "local", ready: false });
    writeRunning(dir, { ...claim, ready: true, addresses: { kafka: "127.0.0.1:9092" } });
    expect(readRunning(dir)?.addresses.kafka).toBe("127.0.0.1:9092");
    releaseDataDir(dir);
    expect(readRunning(dir)).toBeUndefined();
    expect(readdirSync(dir)).toEqual([]);
  });

  it("is for the owner's eyes alone", () => {
    claimDataDir(dir, "local");
    expect([statSync(dir).mode & 0o777, statSync(join(dir, "running.json")).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it("says so where it cannot be made", () => {
    expect(() => claimDataDir("/proc/gatewatch/data", "local")).toThrow(expect.objectContaining({ code: "GW_DATA_DIR_UNUSABLE" }));
  });

  it("refuses a second stack and says who has it", () => {
    writeRunning(dir, { ...claimDataDir(dir, "local"), ready: true, addresses: { status: "http://127.0.0.1:8600" } });
    expect(() => claimDataDir(dir, "local")).toThrow(
      expect.objectContaining({
        code: "GW_DATA_DIR_BUSY",
        message: expect.stringMatching(`process ${process.pid}.*http://127.0.0.1:8600`),
      }),
    );
    expect(readdirSync(dir)).toEqual(["running.json"]);
  });

  it("does not outlive its process, also where the process id was given again", () => {
    claimDataDir(dir, "local");
    const { pid } = spawnSync("true");
    for (const remains of [
      { pid, began: "" },
      { pid: process.pid, began: "another moment" },
    ]) {
      writeFileSync(join(dir, "running.json"), JSON.stringify({ ...remains, startedAt: "", profile: "local", addresses: {}, ready: true }));
      expect(readRunning(dir)).toBeUndefined();
      expect(claimDataDir(dir, "local").pid).toBe(process.pid);
      releaseDataDir(dir);
    }
  });

  it("takes a torn file for none", () => {
    claimDataDir(dir, "local");
    writeFileSync(join(dir, "running.json"), '{"pid": 1');
    expect(readRunning(dir)).toBeUndefined();
    expect(claimDataDir(dir, "local").profile).toBe("local");
  });
});
