import { readFileSync, writeFileSync } from "node:fs";
import { Fault } from "../../schemas/faults/fault.ts";
import { identityOf, isRunning, type ProcessIdentity } from "./process-identity.ts";

/**
 * One part at a time over a data dir, on behalf of this process: GW_DATA_DIR_BUSY while the process that claimed it lives. A
 * part whose parent was killed is no claim, it is about to end (`startChild` waits for that). Returns what gives it free.
 */
export function claim(name: string, file: string, dir: string): () => void {
  const owner = ownerIn(file);
  if (owner !== undefined && isRunning(owner)) {
    throw new Fault("GW_DATA_DIR_BUSY", `${name} already runs over ${dir}, started by process ${owner.pid}`, { dir });
  }
  writeFileSync(file, JSON.stringify(identityOf(process.pid)));
  return () => writeFileSync(file, "");
}

function ownerIn(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
