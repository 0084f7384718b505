import { readFileSync } from "node:fs";
import { DataType, load, open } from "ffi-rs";
import { writingUser } from "./clickhouse-config.ts";

/**
 * A process that is ClickHouse: chdb's library holds the server's own code, and `clickhouse local` opens its HTTP port when it
 * is told SYSTEM START LISTEN. A second query that never ends keeps it open; to end that query is to stop the server.
 *
 *     node clickhouse-server.ts LIBRARY CONFIG DATA PORT PASSWORD_FILE
 */
const [library = "", config = "", data = "", port = "", passwordFile = ""] = process.argv.slice(2);

const forever = "gatewatch-keeps-listening";
const argv = [
  "clickhouse",
  `--config-file=${config}`,
  `--path=${data}`,
  "--listen_host=127.0.0.1",
  `--http_port=${port}`,
  // Of the server's own session alone: over HTTP everybody has the settings of the own profile.
  "--readonly=0",
  "--max_execution_time=0",
  "--query",
  `SYSTEM START LISTEN HTTP; SELECT '${forever}' FROM system.numbers WHERE sleepEachRow(0.5) SETTINGS max_block_size=1, max_threads=1 FORMAT Null`,
];

/** The engine is asked first, but waits 5 s for idle sockets of others; what it has acknowledged survives a SIGKILL as well. */
const stopLimitMs = 1_000;

let stopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());

open({ library: "chdb", path: library });
try {
  const result = await load({
    library: "chdb",
    funcName: "chdb_query_cmdline",
    retType: DataType.External,
    paramsType: [DataType.I32, DataType.StringArray],
    paramsValue: [argv.length, argv],
    runInNewThread: true,
  });
  end(errorOf(result));
} catch (error) {
  end(String(error));
}

/** A start that fails also ends here, and often without an error in the result: any end that nobody asked for is one. */
function end(error: string | undefined): void {
  if (error !== undefined && !stopping) process.stderr.write(`${error}\n`);
  process.exit(stopping ? 0 : 1);
}

function errorOf(result: unknown): string | undefined {
  const ask = (retType: DataType) =>
    load({ library: "chdb", funcName: "chdb_result_error", retType, paramsType: [DataType.External], paramsValue: [result] });
  // A null pointer read as a string would end the process.
  return ask(DataType.I64) === 0 ? undefined : String(ask(DataType.String));
}

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.kill(process.pid, "SIGKILL"), stopLimitMs).unref();
  const query = `KILL QUERY WHERE query LIKE '%${forever}%' AND query NOT LIKE 'KILL%' ASYNC`;
  const headers = { "x-clickhouse-user": writingUser, "x-clickhouse-key": readFileSync(passwordFile, "utf8").trim(), connection: "close" };
  try {
    await (await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: query, headers })).text();
  } catch {
    process.kill(process.pid, "SIGKILL");
  }
}
