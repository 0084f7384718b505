import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { isRunning } from "../../infra/local-stack/process-identity.ts";
import { until } from "../../test/lanes/harness.ts";
import { Supervisor } from "./supervisor.ts";

/**
 * What stands in for `gatewatch run`: listens to its parent, notes its lives in a file, tells that it runs, and does what its
 * first argument says.
 */
const program = `
import { appendFileSync } from "node:fs";
const [, , , what, lives] = process.argv;
process.on("disconnect", () => { appendFileSync(lives, "leash\\n"); process.exit(0); });
process.on("SIGTERM", () => { appendFileSync(lives, "stopped\\n"); process.exit(0); });
appendFileSync(lives, process.pid + " " + process.argv.slice(5).join(" ") + "\\n");
process.send({ worker: "running", address: "http://" + process.pid }, () => {});
if (what === "crash") setTimeout(() => process.exit(5), 50);
if (what === "hopeless") { process.send({ worker: "failed", code: "GW_SCHEMA_INCOMPATIBLE" }); setTimeout(() => process.exit(1), 50); }
setInterval(() => {}, 1000);
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gatewatch-supervisor-"));
  writeFileSync(join(folder, "program.mjs"), program);
});
afterAll(() => rmSync(folder, { recursive: true }));

const started: Supervisor[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

function supervise(what: string, workers: number) {
  const lives = join(folder, `${what}-${workers}`);
  writeFileSync(lives, "");
  const said: string[] = [];
  const supervisor = new Supervisor({
    workers,
    args: () => [what, lives],
    program: join(folder, "program.mjs"),
    say: (sentence) => said.push(sentence),
    firstPauseMs: 20,
  });
  started.push(supervisor);
  return {
    supervisor,
    said,
    lives: () =>
      readFileSync(lives, "utf8")
        .trim()
        .split("\n")
        .filter((line) => line !== ""),
  };
}

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

describe("supervisor", () => {
  it("starts workers with a folder each, tells their addresses, and stops them in order", async () => {
    const { supervisor, lives } = supervise("live", 2);
    await until("both run", () => supervisor.addresses().every((address) => address !== undefined));
    const pids = supervisor.pids();
    expect(supervisor.addresses()).toEqual(pids.map((pid) => `http://${pid}`));
    expect(
      lives()
        .map((line) => line.replace(/^\d+ /, ""))
        .sort(),
    ).toEqual([expect.stringMatching(/^--workers 1 --member-dir .*\/0$/), expect.stringMatching(/^--workers 1 --member-dir .*\/1$/)]);
    await supervisor.stop();
    expect(pids.every(isGone)).toBe(true);
    expect(lives().filter((line) => line === "stopped")).toHaveLength(2);
  });

  it("starts a worker again that has ended, with growing pauses", async () => {
    const { supervisor, said, lives } = supervise("crash", 1);
    await until("it lives for the third time", () => lives().length >= 3);
    expect(said.slice(0, 2)).toEqual([
      "worker 1 has ended with code 5; it starts again in 0.02 s",
      "worker 1 has ended with code 5; it starts again in 0.04 s",
    ]);
    await supervisor.stop();
    const afterStop = lives().length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(lives().length).toBe(afterStop);
  });

  it("starts a killed worker again under the same folder", async () => {
    const { supervisor, lives } = supervise("live", 1);
    await until("it runs", () => supervisor.addresses()[0] !== undefined);
    const [pid = 0] = supervisor.pids();
    process.kill(pid, "SIGKILL");
    await until("another runs", () => lives().length === 2 && supervisor.addresses()[0] !== undefined);
    const [first = "", second = ""] = lives();
    expect(second.replace(/^\d+/, "")).toBe(first.replace(/^\d+/, ""));
  });

  it("does not start again what starting again cannot mend", async () => {
    const { supervisor, said, lives } = supervise("hopeless", 1);
    expect(await supervisor.ended).toBe(1);
    expect(said).toEqual(["worker 1 has ended with code 1; starting it again would not help"]);
    expect(lives()).toHaveLength(1);
  });

  it("leaves no worker behind when it is killed, not even one that hangs", { timeout: 20_000 }, async () => {
    const lives = join(folder, "hangs");
    const script = `
      import { Supervisor } from ${JSON.stringify(new URL("./supervisor.ts", import.meta.url).href)};
      new Supervisor({
        workers: 2,
        args: () => ["live", ${JSON.stringify(lives)}],
        program: ${JSON.stringify(join(folder, "program.mjs"))},
        memberDir: ${JSON.stringify(folder)},
        say: () => undefined,
        stopMs: 500,
      });`;
    writeFileSync(lives, "");
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "ignore", "inherit"] });
    const lines = () => readFileSync(lives, "utf8").trim().split("\n");
    await until("both run", () => lines().length === 2);
    const [hanging = 0, other = 0] = lines().map((line) => Number(line.split(" ")[0]));
    onTestFinished(() => {
      for (const pid of [hanging, other]) if (isRunning({ pid, began: "" })) process.kill(pid, "SIGKILL");
    });
    process.kill(hanging, "SIGSTOP");
    parent.kill("SIGKILL");
    await until("neither is left", () => [hanging, other].every((pid) => !isRunning({ pid, began: "" })));
    expect(lines().filter((line) => line === "leash" || line === "stopped")).toHaveLength(1);
  });
});
