import { Argument, Command, CommanderError, Option } from "commander";
import { Fault } from "../../schemas/faults/fault.ts";
import type { AnyCommand } from "./command.ts";
import type { GivenSettings } from "./context.ts";
import { type Flag, flagsOf } from "./flags.ts";

/** What was asked for: a command and its options as typed, or a text to print. */
export type Asked =
  | { readonly command: AnyCommand; readonly typed: Readonly<Record<string, unknown>>; readonly given: GivenSettings }
  | { readonly text: string };

/** Finds out what a command line asks for. Throws GW_USAGE, with a suggestion where a name is nearly right. */
export async function parse(commands: readonly AnyCommand[], version: string, argv: readonly string[]): Promise<Asked> {
  let asked: Asked | undefined;
  const printed: string[] = [];
  const program = build(commands, version, (found) => {
    asked = found;
  });
  prepare(program, (text) => printed.push(text));
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usage(error, printed.join(""));
  }
  return asked ?? { text: printed.join("").trimEnd() };
}

function build(commands: readonly AnyCommand[], version: string, found: (asked: Asked) => void): Command {
  const program = new Command("gatewatch");
  program.description("Watches Mixture-of-Experts serving: Kafka to windows, alerts and ClickHouse, exactly once.");
  program.version(version, "--version", "prints the version");
  const groups = new Map<string, Command>();
  for (const one of commands) {
    const [first = "", second] = one.name.split(" ");
    if (second === undefined) {
      program.addCommand(asCommander(first, one, found));
      continue;
    }
    let group = groups.get(first);
    if (group === undefined) {
      group = new Command(first).description(
        `commands: ${commands
          .filter(({ name }) => name.startsWith(`${first} `))
          .map(({ name }) => name)
          .join(", ")}`,
      );
      groups.set(first, group);
      program.addCommand(group);
    }
    group.addCommand(asCommander(second, one, found));
  }
  return program;
}

function asCommander(name: string, spec: AnyCommand, found: (asked: Asked) => void): Command {
  const commander = new Command(name).summary(spec.summary).description([spec.summary, spec.details].filter(Boolean).join("\n\n"));
  const flags = flagsOf(spec.options);
  const byPlace = spec.positional.map((key) => flags.find((flag) => flag.key === key)).filter((flag) => flag !== undefined);
  for (const flag of byPlace) commander.addArgument(asArgument(flag));
  for (const flag of flags) if (!byPlace.includes(flag)) commander.addOption(asOption(flag));
  if (spec.configured) for (const option of settingsOptions()) commander.addOption(option);
  if (spec.examples.length > 0)
    commander.addHelpText("after", `\nExamples:\n${spec.examples.map((example) => `  $ ${example}`).join("\n")}`);
  commander.action((...given: unknown[]) => {
    const options = commander.opts<Record<string, unknown>>();
    const typed: Record<string, unknown> = {};
    for (const flag of flags) {
      const value = byPlace.includes(flag) ? given[byPlace.indexOf(flag)] : options[attribute(flag)];
      if (value !== undefined && !(Array.isArray(value) && value.length === 0)) typed[flag.key] = value;
    }
    const { config, set = [], namespace } = options as Partial<GivenSettings>;
    found({ command: spec, typed, given: spec.configured ? { config, set, namespace } : { set: [] } });
  });
  return commander;
}

/** The name under which commander keeps an option's value. */
const attribute = ({ name }: Flag): string => new Option(name).attributeName();

/** What help shows of a flag beside its description. */
function described({ summary, choices, fallback }: Flag): string {
  const notes = [
    ...(choices.length > 0 ? [`one of ${choices.join(", ")}`] : []),
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
  ];
  return notes.length === 0 ? summary : `${summary} (${notes.join("; ")})`;
}

function asArgument(flag: Flag): Argument {
  const name = `${flag.key}${flag.kind === "list" ? "..." : ""}`;
  return new Argument(flag.required ? `<${name}>` : `[${name}]`, described(flag));
}

function asOption(flag: Flag): Option {
  if (flag.kind === "switch") return new Option(flag.name, flag.summary);
  const option = new Option(`${flag.name} <${flag.kind === "list" ? "value" : flag.key}>`, described(flag));
  return flag.kind === "list" ? option.argParser(collect) : option;
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

const settingsOptions = (): Option[] => [
  new Option("--config <file>", "a YAML file with settings (docs/reference/configuration.md)"),
  new Option("--set <key=value>", "one setting, over file and environment; may be repeated").argParser(collect),
  new Option("--namespace <name>", "a prefix for topics, groups and tables"),
];

/** Texts are gathered, nothing ends the process, and help and suggestions are on, all the way down. */
function prepare(commander: Command, print: (text: string) => void): void {
  commander
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: print, writeErr: print, outputError: () => undefined });
  commander.configureHelp({ helpWidth: 120, sortOptions: false });
  commander.helpOption("--help", "shows this");
  for (const one of commander.commands) prepare(one, print);
}

function usage({ code, message }: CommanderError, printed: string): Fault {
  if (code === "commander.help") return new Fault("GW_USAGE", `name a command.\n\n${printed.trimEnd()}\n`);
  return new Fault("GW_USAGE", message.replace(/^error: /, "").replace(/\n\(Did you mean (.+)\?\)/s, "; did you mean $1?"));
}
