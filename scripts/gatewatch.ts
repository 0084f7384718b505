import { readFileSync } from "node:fs";
import { CommandContext } from "./command-line/context.ts";
import { failure } from "./command-line/failure.ts";
import { ProcessIo } from "./command-line/io.ts";
import { parse } from "./command-line/program.ts";
import { StopSignals } from "./command-line/stop-signals.ts";
import { commands } from "./commands/index.ts";

const { version } = JSON.parse(readFileSync(new URL(packageFile(), import.meta.url), "utf8")) as { version: string };
const io = new ProcessIo(process);

/** The package's own description lies above `scripts/` in a checkout, and above `dist/scripts/` where it is compiled. */
function packageFile(): string {
  return import.meta.url.endsWith("/dist/scripts/gatewatch.js") ? "../../package.json" : "../package.json";
}

async function main(): Promise<number> {
  let context: CommandContext | undefined;
  try {
    const asked = await parse(commands, version, process.argv.slice(2));
    if ("text" in asked) {
      io.out(asked.text);
      return 0;
    }
    const { command, typed, given } = asked;
    const signals = new StopSignals(command.lasting, io.outClosed);
    context = new CommandContext(io, signals.stop, given);
    return await command.invoke(typed, io, context);
  } catch (error) {
    const { text, exitCode } = failure(error);
    io.note(text);
    return exitCode;
  } finally {
    await context?.close();
  }
}

const exitCode = await main();
await io.end().catch((error: unknown) => io.note(failure(error).text));
process.exit(exitCode);
