import type { AnyCommand } from "../command-line/command.ts";
import { apply } from "./apply.ts";
import { topology } from "./topology.ts";

/** Every command there is, in the order help lists them. */
export const commands: readonly AnyCommand[] = [apply, topology];
