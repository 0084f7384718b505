import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { commitsWithTests } from "./commits.ts";
import { type Figure, figures, type Held, tooLong, withinGoal, worse } from "./figures.ts";
import { forbiddenText } from "./forbidden-text.ts";
import { measure } from "./measure.ts";
import { deadLinks, pageTitles, vagueNames } from "./names-and-pages.ts";
import { isTest, isTypeScript, sources } from "./sources.ts";
import { unboundedCalls } from "./unbounded-calls.ts";

/** What was measured and what is refused; `faults` empty is green. */
export interface TidyReport {
  readonly figures: readonly Figure[];
  /** Told, not held. */
  readonly told: readonly Figure[];
  /** Each with its place and what to do. */
  readonly faults: readonly string[];
}

/** The style as a test: its figures measured over the tree and held against `figures.json`, and everything that is refused outright. */
export function tidy(root: string, held: Held): TidyReport {
  const all = sources(root);
  const code = all.filter(isTypeScript);
  const measured = code.map((source) => ({ ...measure(source), path: source.path, test: isTest(source.path) }));
  const paths = all.map(({ path }) => path);
  const found = figures(measured);
  const known = new Set(paths);
  return {
    figures: found,
    told: commitsWithTests(root),
    faults: [
      ...tooLong(measured),
      ...vagueNames(paths),
      ...all.flatMap((source) => [...forbiddenText(source), ...pageTitles(source), ...deadLinks(source, known)]),
      ...code.filter(({ path }) => !isTest(path)).flatMap(unboundedCalls),
      ...found
        .filter((figure) => worse(figure, held))
        .map((figure) => `${figure.name}: ${figure.value} is further from its goal than ${held[figure.name] ?? "allowed"}`),
    ],
  };
}

/** What is held from now on: figures outside their goal, where they are now. */
export const holding = (all: readonly Figure[]): Held =>
  Object.fromEntries(all.filter((one) => !withinGoal(one)).map(({ name, value }) => [name, value]));

const root = resolve(import.meta.dirname, "../..");
const heldFile = join(import.meta.dirname, "figures.json");

function main(): void {
  const held = JSON.parse(readFileSync(heldFile, "utf8")) as Held;
  const report = tidy(root, held);
  for (const figure of report.figures)
    process.stdout.write(`${line(figure, withinGoal(figure) ? "good" : worse(figure, held) ? "WORSE" : "held")}\n`);
  for (const figure of report.told) process.stdout.write(`${line(figure, "told")}\n`);
  for (const fault of report.faults) process.stdout.write(`${fault}\n`);
  if (process.argv.includes("--hold")) writeFileSync(heldFile, `${JSON.stringify(holding(report.figures), null, 2)}\n`);
  process.exitCode = report.faults.length === 0 ? 0 : 1;
}

function line({ name, value, unit, goal }: Figure, state: string): string {
  return `${state.padEnd(6)}${name.padEnd(36)}${`${value}${unit === "%" ? " %" : ""}`.padStart(8)}   goal ${goal.join(" to ")}`;
}

if (import.meta.main) main();
