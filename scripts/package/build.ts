import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const dist = join(root, "dist");

/** Files that the program reads beside its code, found under the same names there. */
const assets = ["{schemas,infra,scripts}/**/*.{avsc,sql,json,xml,properties,yml,yaml,html,css}", "infra/http/page/*.js"];

/**
 * Compiles what an installed package runs into `dist/`, since Node strips types only outside of `node_modules`. Tests, and what
 * only tests import, stay out because nothing reaches them from the entries. False where something does not compile.
 */
function build(): boolean {
  rmSync(dist, { recursive: true, force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [compiler, "--project", "tsconfig.package.json"], { cwd: root, stdio: "inherit" });
  if (status !== 0) return false;
  for (const file of globSync(assets, { cwd: root })) {
    if (!belongs(file)) continue;
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    cpSync(join(root, file), join(dist, file));
  }
  return true;
}

/** An asset goes where compiled code of its top folder went; developers' tools and figures stay here. */
const belongs = (file: string): boolean =>
  !/^scripts\/(tidy|tests|package)\//.test(file) && existsSync(join(dist, file.split("/")[0] ?? ""));

process.exitCode = build() ? 0 : 1;
