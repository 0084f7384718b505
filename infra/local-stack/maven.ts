import { readFile, rm } from "node:fs/promises";
import { Fault } from "../../schemas/faults/fault.ts";
import { cached } from "./cache.ts";
import { startChild } from "./child.ts";
import { maven } from "./kafka-java.ts";

const limitMs = 900_000;

/**
 * Runs Maven, which dies with this process. Its log stands beside the cache's folder of that name, and goes when all went well.
 * GW_JAVA_MISSING, GW_DISK_FULL, GW_PART_FAILED with the log's path.
 */
export async function runMaven(what: string, name: string, args: readonly string[]): Promise<void> {
  const logFile = cached(`${name}.fetch.log`);
  const child = await startChild({ name: "Maven", command: await maven(), args: ["-B", "-q", ...args], output: logFile });
  const limit = setTimeout(() => void child.stop(), limitMs);
  const { code, signal } = await child.exited;
  clearTimeout(limit);
  if (code === 0) return await rm(logFile, { force: true });
  const log = await readFile(logFile, "utf8");
  const said = log
    .split("\n")
    .find((line) => line.startsWith("[ERROR]"))
    ?.slice(8, 300);
  const full = /ENOSPC|no space left/i.test(log);
  throw new Fault(
    full ? "GW_DISK_FULL" : "GW_PART_FAILED",
    `Maven could not fetch ${what}: ${said ?? `it ended with ${signal ?? `code ${code}`}`} (log: ${logFile})`,
    { logFile },
  );
}
