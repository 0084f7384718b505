import type { z } from "zod";
import { sayIssue } from "../../infra/config/say-issue.ts";
import { flagName } from "./flags.ts";

/** Everything that is wrong with what was typed, as one list. */
export function optionFaults(name: string, issues: readonly z.core.$ZodIssue[], positional: readonly string[]): string {
  const said = issues.map((issue) => {
    const [key = ""] = issue.path;
    const where = positional.includes(String(key)) ? String(key).toUpperCase() : flagName(String(key));
    return `${where}: ${sayIssue(issue)}`;
  });
  return said.length === 1 ? `${name}: ${said[0]}` : [`${name}:`, ...said.map((one) => `  ${one}`)].join("\n");
}
