import { randomBytes } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Exit } from "./child.ts";

export interface StartArchive {
  readonly flags: readonly string[];
  /** Whether this process writes the archive when it ends, which takes some seconds. */
  readonly written: boolean;
  /** To be called when the process has ended. */
  settle(exit: Exit): void;
}

/** For a process that writes its archive when it is told to end, instead of the usual limit. */
export const archivingMs = 20_000;

/**
 * Java keeps a program's loaded classes in an archive beside the jars, which halves the start (Kafka: 2.1 s to 1.3 s measured).
 * The first process over a cache writes it when it ends in order, under a name of its own; a java of another version writes another.
 */
export function startArchive(jars: string, javaVersion: string): StartArchive {
  const file = join(jars, "..", `classes-${javaVersion}.jsa`);
  if (existsSync(file)) return { flags: [`-XX:SharedArchiveFile=${file}`], written: false, settle: () => undefined };
  const own = `${file}.${randomBytes(4).toString("hex")}`;
  return {
    flags: [`-XX:ArchiveClassesAtExit=${own}`],
    written: true,
    settle({ signal }) {
      if (!existsSync(own)) return;
      // Java passes over an archive that was cut off, without a word and for ever.
      if (signal !== null || existsSync(file)) rmSync(own, { force: true });
      else renameSync(own, file);
    },
  };
}
