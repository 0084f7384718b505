import { Fault } from "../../../schemas/faults/fault.ts";
import type { Intake } from "../intake.ts";
import { logFormats } from "./formats.ts";
import type { LogFormat } from "./log-format.ts";
import { type RunningTail, startTail, type TailOptions } from "./tail-log.ts";

/** Several tailed files that are alike but for their form and path. */
export interface TailsOptions extends Omit<TailOptions, "format" | "path"> {
  /** `FORMAT=FILE` each. */
  readonly tails: readonly string[];
}

/** Starts them all, or none. GW_USAGE for a form that is not known; GW_CONFIG_INVALID for a position file that is none. */
export async function startTails({ tails, ...rest }: TailsOptions, intake: Intake, say: (line: string) => void) {
  const wanted = tails.map(tailOf);
  const running: RunningTail[] = [];
  const stopAll = async () => {
    await Promise.all(running.map((tail) => tail.stop()));
  };
  for (const one of wanted) {
    try {
      running.push(await startTail({ ...rest, ...one }, intake, say));
    } catch (error) {
      await stopAll();
      throw error;
    }
    say(`${one.path}: tailed as ${one.format.name} into ${one.format.topic.name}`);
  }
  return { running, stop: stopAll };
}

/** `FORMAT=FILE` apart. A path may hold `=`. */
function tailOf(text: string): { readonly format: LogFormat; readonly path: string } {
  const [, name = "", path = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const format = logFormats.get(name);
  if (format !== undefined && path !== "") return { format, path };
  throw new Fault("GW_USAGE", `"${text}" is no FORMAT=FILE; formats: ${[...logFormats.keys()].join(", ")}`);
}
