import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { routerLoad } from "../../scripts/simulate/router-load.ts";
import { startMs } from "../pipelines/inputs.ts";

const bin = join(import.meta.dirname, "../../scripts/bin.js");
const load = { seed: 9, deploymentId: "d", instances: 5, layers: 10, experts: 8, topK: 2, tokens: 200, windowMs: 5_000 };

/** Lines of as much history as they fill, made as they are read. */
function* linesOf(count: number): Generator<string> {
  let made = 0;
  for (const window of routerLoad(load, startMs)) {
    yield window.map((value) => `${JSON.stringify({ topic: "moe.router", value })}\n`).join("");
    made += window.length;
    if (made >= count) return;
  }
}

/** The most memory that `apply` ever held, in MB, by the kernel's account of the process that does the work. */
async function peakMb(count: number): Promise<{ peak: number; out: number }> {
  const child = spawn(process.execPath, [bin, "apply", "router-windows"], { stdio: ["pipe", "pipe", "ignore"] });
  let peak = 0;
  let out = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 0x0a) out += 1;
    peak = Math.max(peak, ...familyOf(child.pid ?? 0).map(highWaterMb));
  });
  const exited = once(child, "exit");
  await pipeline(Readable.from(linesOf(count)), child.stdin);
  expect(await exited).toEqual([0, null]);
  return { peak, out };
}

/** The launcher, and the Node that it starts. */
function familyOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return [pid, ...(children === "" ? [] : children.split(" ").map(Number))];
  } catch {
    return [];
  }
}

function highWaterMb(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

describe.skipIf(process.platform !== "linux")("apply", () => {
  it("needs at most 1.3 times the memory of a hundred thousand lines for a million", { timeout: 180_000 }, async () => {
    const few = await peakMb(100_000);
    const many = await peakMb(1_000_000);
    expect(few.peak).toBeGreaterThan(50);
    expect(many.out).toBe(10 * few.out);
    expect(many.peak / few.peak).toBeLessThan(1.3);
  });
});
