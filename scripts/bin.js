#!/usr/bin/env node
// Runs on any Node from 20.19 on and starts the project's own Node 24. Plain JavaScript for that reason.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));

/** In a checkout the sources run as they are; Node strips types outside `node_modules` only, so a package brings compiled files. */
function entry() {
  const source = path.join(here, "gatewatch.ts");
  const packaged = here.split(path.sep).includes("node_modules");
  return !packaged && existsSync(source) ? source : path.join(here, "..", "dist", "scripts", "gatewatch.js");
}

/** The binary of the `node` package; the running one where that is missing and new enough (installed with --ignore-scripts). */
function node() {
  try {
    const home = path.dirname(createRequire(import.meta.url).resolve("node/package.json"));
    const binary = path.join(home, "bin", process.platform === "win32" ? "node.exe" : "node");
    if (existsSync(binary)) return binary;
  } catch {
    // Not installed: the running one may do.
  }
  return Number(process.versions.node.split(".")[0]) >= 24 ? process.execPath : undefined;
}

const binary = node();
if (binary === undefined) {
  process.stderr.write(
    `GW_NODE_MISSING: Gatewatch needs Node 24 and this is ${process.version}. Run \`npm ci\` again: the node package brings Node 24.\n`,
  );
  process.exit(1);
}

// kafkajs sets timers with negative delays, and type stripping calls itself experimental. The young generation of the heap
// stops at what it needs: left alone it grows with the length of a run.
const flags = ["--disable-warning=TimeoutNegativeWarning", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=16"];
// Sources stripped of types and compiled are kept, which halves the start of every command and worker.
const cache = process.env.GATEWATCH_CACHE ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "gatewatch");
const env = { NODE_COMPILE_CACHE: path.join(cache, "compiled"), ...process.env };
// The channel closes when this process dies, however it dies: so the child never outlives it.
// A stream over a file holds little; left alone the old space grows by what was dropped long ago before it is looked at.
if (process.argv[2] === "apply") flags.push("--heap-growing-percent=20");
const child = spawn(binary, [...flags, entry(), ...process.argv.slice(2)], { env, stdio: ["inherit", "inherit", "inherit", "ipc"] });

const passedOn = ["SIGINT", "SIGTERM", "SIGHUP"];
for (const signal of passedOn) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(
    `GW_NODE_MISSING: ${binary} does not start: ${error.message}. Run \`npm ci\` again: the node package brings Node 24.\n`,
  );
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  // Die the same way, so that a shell sees what happened.
  for (const name of passedOn) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});
