import { execFileSync } from "node:child_process";
import type { Figure } from "./figures.ts";
import { isTest } from "./sources.ts";

/**
 * Share of the commits that touch code which touch a test too; empty where the history is not there (an archive, a shallow
 * clone). It is told and not held: what is committed stays, so nobody could mend it.
 */
export function commitsWithTests(root: string): Figure[] {
  const commits = history(root).filter((paths) => paths.some((path) => path.endsWith(".ts") && !isTest(path)));
  if (commits.length === 0) return [];
  const tested = commits.filter((paths) => paths.some(isTest)).length;
  const value = Math.round((100 * tested) / commits.length);
  return [{ name: "code commits that touch a test", value, unit: "%", goal: [80, 100] }];
}

/** The paths of each commit; merges name none. */
function history(root: string): string[][] {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
  try {
    if (git("rev-parse", "--is-shallow-repository").trim() === "true") return [];
    return git("log", "--format=%x00", "--name-only")
      .split("\0")
      .map((entry) => entry.split("\n").filter((path) => path !== ""));
  } catch {
    return [];
  }
}
