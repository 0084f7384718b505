import type { z } from "zod";
import { closest } from "../../schemas/faults/closest.ts";
import { environmentKeys } from "./environment.ts";
import { fromText, type Leaf } from "./schema-walk.ts";
import { reveal } from "./secrets.ts";

/** One key that somebody has set, and where. */
export interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly source: string;
}

/** What one source says: entries with known keys, and what is wrong with the rest. */
export interface Said {
  readonly entries: readonly Entry[];
  readonly faults: readonly string[];
}

/** Variables that are not ours are no fault: an environment is shared. Empty ones are unset, as compose files leave them. */
export function fromEnvironment(environment: NodeJS.ProcessEnv, leaves: readonly Leaf[]): Said {
  const entries = Object.entries(environmentKeys).flatMap(([name, key]) => {
    const text = environment[name];
    const leaf = leaves.find((one) => one.key === key);
    return text === undefined || text === "" || leaf === undefined
      ? []
      : [{ key, value: fromText(text, leaf.schema), source: `environment ${name}` }];
  });
  return { entries, faults: [] };
}

/** `key=value` as typed after `--set`. The value is not repeated in any fault: it may be a secret. */
export function fromAssignments(
  assignments: readonly string[],
  schema: z.ZodObject,
  leaves: readonly Leaf[],
  environment: NodeJS.ProcessEnv,
): Said {
  const entries: Entry[] = [];
  const faults: string[] = [];
  for (const assignment of assignments) {
    const at = assignment.indexOf("=");
    const key = assignment.slice(0, at === -1 ? undefined : at).trim();
    const source = `--set ${key}`;
    if (at === -1) faults.push(`${source}: key=value is wanted`);
    const leaf = leaves.find((one) => one.key === key);
    if (leaf === undefined) faults.push(`${source}: ${unknownKey(key, schema, leaves)}`);
    if (leaf === undefined || at === -1) continue;
    const { value, fault } = reveal(assignment.slice(at + 1), { environment, folder: process.cwd() });
    if (fault === undefined) entries.push({ key, value: fromText(value, leaf.schema), source });
    else faults.push(`${source}: ${fault}`);
  }
  return { entries, faults };
}

/** Says that a key does not exist, and which one was probably meant. */
export function unknownKey(key: string, schema: z.ZodObject, leaves: readonly Leaf[]): string {
  const names = leaves.map((leaf) => leaf.key);
  const last = key.split(".").at(-1);
  const near = closest(key, [...names, ...Object.keys(schema.shape)]) ?? names.find((one) => one.split(".").at(-1) === last);
  return `there is no key ${key}${near === undefined ? "" : `; did you mean ${near}?`}`;
}
