import { setMaxListeners } from "node:events";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { runChecks, staticChecks } from "./tests/static-checks.ts";
import { addTallies, type Tally } from "./tests/tally.ts";
import { lookAtTestMachine, type Machine } from "./tests/test-machine.ts";
import { projects, runVitest } from "./tests/vitest-run.ts";

const help = `Usage: npm test [-- WHAT…]

Without WHAT: every check and every test. The last line counts them: N passed, N failed, N skipped.

  static    types, format and lint, import arrows, unused code, style figures
  unit      the tests beside their files; they need no broker and take seconds
  together  tests under test/ that nothing else disturbs, two files at a time
  waiting   tests under test/ that mostly wait, for parts, restarts and time-outs, two files at a time
  alone     tests under test/ with whole stacks or held to times, one file at a time
  PATTERN   test files whose path contains it: npm test -- lanes
  --help    this text

Kafka and the registry run on this machine's Java 17 or newer, fetched by Maven; ClickHouse runs in chdb's library, which npm
installs. Where one of these is missing and a Docker engine answers, containers take its place; without either its tests are
skipped and counted. The page is looked at in a Chromium of PATH, or the one that GATEWATCH_CHROMIUM names; nginx and Python are those
of PATH; public data sets are those in ../shared/data or in the folder that GATEWATCH_SHARED_DATA names. A test that wants one of these
which this machine lacks is skipped and counted. A part that this machine has and that does not start is a failure.

Examples:
  npm test -- static unit
  npm test -- test/contract
`;

async function main(): Promise<number> {
  const given = asked();
  if ("text" in given) {
    process.stdout.write(given.text);
    return given.exitCode;
  }
  const { wanted } = given;
  const root = resolve(import.meta.dirname, "..");
  const stop = new AbortController();
  setMaxListeners(20, stop.signal);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort(signal));

  const machine = await lookAtTestMachine();
  process.stdout.write(`${spoken(machine)}\n`);
  const running = { signal: stop.signal, say: (text: string) => process.stdout.write(text), vitestOutput: "inherit" } as const;
  const tallies: Tally[] = [];
  if (wanted.length === 0 || wanted.includes("static")) tallies.push(await runChecks(root, staticChecks(root), running));
  // Vitest takes a project and a path for both at once; here they are two wishes.
  const named = wanted.filter((one) => projects.has(one));
  const paths = wanted.filter((one) => one !== "static" && !projects.has(one));
  for (const tests of wanted.length === 0 ? [[]] : [named, paths].filter(({ length }) => length > 0)) {
    tallies.push(await runVitest(root, tests, machine, running));
  }

  const { passed, failed, skipped } = addTallies(tallies);
  process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return failed === 0 && passed > 0 && !stop.signal.aborted ? 0 : 1;
}

function asked(): { wanted: readonly string[] } | { text: string; exitCode: number } {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: "boolean", short: "h" } } });
    return values.help ? { text: help, exitCode: 0 } : { wanted: positionals };
  } catch (error) {
    return { text: `${error instanceof Error ? error.message : error}\nSee npm test -- --help\n`, exitCode: 2 };
  }
}

function spoken({ java, maven, chdb, docker, browser, nginx, python, data }: Machine): string {
  const both = java.found && maven.found;
  return [
    "Real parts for the tests:",
    `  Kafka, registry   ${
      both
        ? `on this machine: ${java.detail}, ${maven.detail}`
        : [java, maven]
            .filter(({ found }) => !found)
            .map(({ detail }) => detail)
            .join("; ")
    }`,
    `  ClickHouse        ${chdb.found ? `on this machine: ${chdb.detail}` : chdb.detail}`,
    `  containers        ${docker.detail}`,
    `  browser           ${browser.detail}`,
    `  nginx             ${nginx.detail}`,
    `  Python            ${python.detail}`,
    `  public data       ${data.detail}`,
  ].join("\n");
}

process.exitCode = await main();
