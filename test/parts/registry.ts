import type { SharedPart } from "./shared-part.ts";
import { sharedPart } from "./shared-part.ts";

/** The schema registry of this test run, schemas in memory. Undefined where this machine has none; skip then. */
export const realRegistry = (): Promise<SharedPart | undefined> => sharedPart("registry");
