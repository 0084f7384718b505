import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startChild } from "./child.ts";
import { identityOf, isRunning } from "./process-identity.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatewatch-child-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const gone = (pid: number) => vi.waitFor(() => expect(isRunning({ pid, began: "" })).toBe(false), { timeout: 8_000, interval: 20 });
const sleeper = ["-c", "sleep 60 & echo $!; wait"];

describe("startChild", () => {
  it("is the program itself: its process id, its exit code, its output", async () => {
    const output = join(dir, "logs", "a.log");
    const child = await startChild({ name: "a", command: "sh", args: ["-c", "echo $$; exit 3"], output });
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(readFileSync(output, "utf8").trim()).toBe(String(child.pid));
    expect(child.exit).toEqual({ code: 3, signal: null });
  });

  it("keeps the log of the life before", async () => {
    const output = join(dir, "a.log");
    for (const word of ["first", "second"]) await (await startChild({ name: "a", command: "echo", args: [word], output })).exited;
    expect([readFileSync(`${output}.1`, "utf8"), readFileSync(output, "utf8")]).toEqual(["first\n", "second\n"]);
  });

  it("stops by its signal and takes along what the program has started", async () => {
    const output = join(dir, "a.log");
    const child = await startChild({ name: "a", command: "sh", args: sleeper, output });
    const grandchild = await vi.waitFor(() => Number(readFileSync(output, "utf8").trim()) || expect.fail("no grandchild yet"));
    await Promise.all([child.stop(), child.stop()]);
    expect(child.exit).toEqual({ code: null, signal: "SIGTERM" });
    await gone(grandchild);
  });

  it("kills a program that ignores its signal", async () => {
    const output = join(dir, "a.log");
    const child = await startChild({
      name: "a",
      command: "sh",
      args: ["-c", "trap '' TERM; echo on; while :; do sleep 0.05; done"],
      output,
      stopMs: 200,
    });
    await vi.waitFor(() => expect(readFileSync(output, "utf8")).toBe("on\n"));
    await child.stop();
    expect(child.exit?.signal).toBe("SIGKILL");
  });

  it("does not outlive a parent that was killed, even when it ignores its signal", { timeout: 15_000 }, async () => {
    const here = JSON.stringify(join(import.meta.dirname, "child.ts"));
    const script = `
      import { startChild } from ${here};
      const spec = { name: "a", command: "sh", args: ["-c", "trap '' TERM; while :; do sleep 0.05; done"], output: "inherit", stopMs: 300 };
      process.stdout.write((await startChild(spec)).pid + "\\n");
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const pid = await new Promise<number>((resolve) => parent.stdout.once("data", (text) => resolve(Number(text))));
    expect(isRunning(identityOf(pid))).toBe(true);
    parent.kill("SIGKILL");
    await gone(pid);
  });

  it("waits for a former life that its parent's death has not ended yet", async () => {
    const pidFile = join(dir, "a.pid");
    const spec = { name: "a", command: "sleep", args: ["60"], output: join(dir, "a.log"), pidFile, stopMs: 300 };
    const first = await startChild(spec);
    setTimeout(() => void first.stop(), 150);
    const second = await startChild(spec);
    expect(first.exit).toBeDefined();
    await second.stop();
  });
});
