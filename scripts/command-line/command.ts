import type { z } from "zod";
import { Fault } from "../../schemas/faults/fault.ts";
import type { Context } from "./context.ts";
import type { Io } from "./io.ts";
import { optionFaults } from "./option-faults.ts";

/** A command as a value: from it come the parser, `--help`, the reference page and the test of its examples. */
export interface CommandSpec<O extends z.ZodObject> {
  /** With its group where it has one: `dlq list`. */
  readonly name: string;
  /** One sentence, shown in the list of commands. */
  readonly summary: string;
  /** What the summary has no room for, one paragraph. */
  readonly details?: string;
  /** Whole lines as a person types them, beginning with `gatewatch`. */
  readonly examples: readonly string[];
  /** Strict; every key with a description. `dataDir` is typed `--data-dir`, a boolean that is true by default `--no-…`, a list repeatedly. */
  readonly options: O;
  /** Keys of `options` that are given by their place, in this order; only the last may be a list. */
  readonly positional?: readonly (keyof z.infer<O> & string)[];
  /** Also takes `--config`, `--set` and `--namespace`, and may ask the context for settings. */
  readonly configured?: boolean;
  /** Runs until it is told to stop: watches `context.stop`. Others end at once with a signal. */
  readonly lasting?: boolean;
  /** The exit code: 0 done, 1 a check failed. Throws Faults for everything else. */
  run(options: z.infer<O>, io: Io, context: Context): Promise<number>;
}

/** A command of any options. */
export interface AnyCommand extends Omit<CommandSpec<z.ZodObject>, "run" | "positional"> {
  readonly positional: readonly string[];
  readonly configured: boolean;
  readonly lasting: boolean;
  /** Runs with options as they were typed. Throws GW_USAGE with every fault of theirs. */
  invoke(typed: Readonly<Record<string, unknown>>, io: Io, context: Context): Promise<number>;
}

/**
 * Fills in what most commands leave out. Options are checked when it is invoked, not when they are parsed: all faults come
 * together.
 */
export function command<O extends z.ZodObject>({
  run,
  positional = [],
  configured = false,
  lasting = false,
  ...spec
}: CommandSpec<O>): AnyCommand {
  return {
    ...spec,
    positional,
    configured,
    lasting,
    async invoke(typed, io, context) {
      const parsed = spec.options.safeParse(typed);
      if (!parsed.success) throw new Fault("GW_USAGE", optionFaults(spec.name, parsed.error.issues, positional));
      return await run(parsed.data, io, context);
    },
  };
}
