import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Running } from "./running.ts";
import type { Tally } from "./tally.ts";

/** A program that passes with exit 0 and says on its outputs what is wrong. */
export interface StaticCheck {
  readonly name: string;
  /** Of a program that Node runs. */
  readonly args: readonly string[];
}

/** What can be said of the sources without running them, the slowest first. */
export function staticChecks(root: string): StaticCheck[] {
  const program = (path: string) => join(root, "node_modules", path);
  const folders = ["schemas", "operators", "pipelines", "infra", "scripts", "test", "index.ts"].filter((path) =>
    existsSync(join(root, path)),
  );
  return [
    { name: "types", args: [program("typescript/bin/tsc"), "--noEmit"] },
    { name: "unused code", args: [program("knip/bin/knip.js"), "--no-progress"] },
    { name: "style figures", args: [join(root, "scripts/tidy/tidy.ts")] },
    {
      name: "import arrows",
      args: [program("dependency-cruiser/bin/dependency-cruiser.mjs"), "--config", ".dependency-cruiser.cjs", ...folders],
    },
    { name: "format and lint", args: [program("@biomejs/biome/bin/biome"), "ci", "--colors=off", "--max-diagnostics=50", "."] },
  ];
}

const atOnce = 2;

/** Each check counts as one; what a failed one said follows its name. */
export async function runChecks(root: string, checks: readonly StaticCheck[], { signal, say }: Running): Promise<Tally> {
  const waiting = [...checks];
  let passed = 0;
  const worker = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined && !signal.aborted; check = waiting.shift()) {
      const begun = Date.now();
      const { ok, said } = await run(root, check, signal);
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      say(ok ? `  ok      ${check.name}, ${seconds} s\n` : `  FAILED  ${check.name}, ${seconds} s\n${said.trimEnd()}\n`);
      if (ok) passed += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { passed, failed: checks.length - passed, skipped: 0 };
}

function run(root: string, { args }: StaticCheck, signal: AbortSignal): Promise<{ ok: boolean; said: string }> {
  return new Promise((resolve) => {
    const said: string[] = [];
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
      signal,
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => said.push(text));
    child.once("error", (error) => resolve({ ok: false, said: error.message }));
    child.once("close", (code) => resolve({ ok: code === 0, said: said.join("") }));
  });
}
