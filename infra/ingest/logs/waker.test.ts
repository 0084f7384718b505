import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Waker } from "./waker.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatewatch-waker-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const never = new AbortController().signal;
const timed = async (job: Promise<void>) => {
  const from = performance.now();
  await job;
  return performance.now() - from;
};

it("wakes at news of the folder, long before the next look", async () => {
  const waker = new Waker(join(dir, "x.log"), 30_000);
  const waiting = timed(waker.wait(never));
  setTimeout(() => appendFileSync(join(dir, "x.log"), "news"), 50);
  expect(await waiting).toBeLessThan(10_000);
  // News that came while nobody waited is not missed.
  appendFileSync(join(dir, "x.log"), "more");
  expect(await timed(waker.wait(never))).toBeLessThan(10_000);
  waker.close();
});

it("looks again where there is no folder to watch, and watches it once it is there", async () => {
  const waker = new Waker(join(dir, "later", "x.log"), 20);
  expect(await timed(waker.wait(never))).toBeGreaterThan(10);
  mkdirSync(join(dir, "later"));
  await waker.wait(never);
  waker.close();
});

it("ends its wait when told to stop", async () => {
  const stop = new AbortController();
  const waker = new Waker(join(dir, "x.log"), 30_000);
  const waiting = timed(waker.wait(stop.signal));
  stop.abort();
  expect(await waiting).toBeLessThan(5_000);
  expect(await timed(waker.wait(stop.signal))).toBeLessThan(5_000);
  waker.close();
});
