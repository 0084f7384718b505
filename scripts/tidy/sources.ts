import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** One text file of the project. */
export interface Source {
  /** From the project's folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Made by a program or fetched: nobody's style. */
const generated = new Set(["package-lock.json", "schemas/types/avro.ts"]);

/** Text files of the project, those not committed yet included, as git lists them. */
export function sources(root: string): Source[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  const paths = [...new Set(listed.split("\0"))].filter((path) => path !== "" && !generated.has(path) && isFile(join(root, path)));
  return paths.toSorted().map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** Listed files may have been deleted and not committed. */
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** What is measured; pages, schemas and settings are only read. */
export const isTypeScript = ({ path }: Source): boolean => path.endsWith(".ts");

/** Tests wherever they lie, and what only tests import. */
export const isTest = (path: string): boolean =>
  path.endsWith(".test.ts") || path.startsWith("test/") || path.startsWith("operators/conformance/");
