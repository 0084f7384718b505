import { inject } from "vitest";

export type PartName = "kafka" | "registry" | "clickhouse";

export interface SharedPart {
  readonly address: string;
  /** Of the writing user, where the part has one. */
  readonly password?: string;
}

/** What the process that holds the parts answers. */
export type PartAnswer = { readonly found: SharedPart } | { readonly missing: string } | { readonly failed: string };

declare module "vitest" {
  interface ProvidedContext {
    /** Where the parts of this run are asked for. */
    partsAddress: string;
  }
}

/**
 * A real part, one instance for the whole run: started when the first test file asks, stopped after the last. Undefined where
 * this machine lacks what it needs (skip then: `describe.skipIf(part === undefined)`); a part that it has and that does not
 * start throws, so that the tests fail.
 */
export async function sharedPart(name: PartName): Promise<SharedPart | undefined> {
  const response = await fetch(`${inject("partsAddress")}/${name}`);
  const answer = (await response.json()) as PartAnswer;
  if ("failed" in answer) throw new Error(`${name} did not start: ${answer.failed}`);
  return "found" in answer ? answer.found : undefined;
}
