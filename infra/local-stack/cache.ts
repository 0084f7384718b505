import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { Fault } from "../../schemas/faults/fault.ts";

/** Where jars and tarballs are kept, shared by all checkouts of this user. */
export const cacheDir = (): string =>
  process.env.GATEWATCH_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "gatewatch");

export const cached = (name: string): string => join(cacheDir(), name);

/**
 * A folder of the cache, filled where it is missing. It gets its name in one step, so it is there whole or not at all, also
 * beside other fills. GW_DISK_FULL, GW_PART_FAILED.
 */
export async function fillCache(name: string, fill: (dir: string) => Promise<void>): Promise<string> {
  const home = cached(name);
  if (existsSync(home)) return home;
  let own: string | undefined;
  try {
    await mkdir(cacheDir(), { recursive: true });
    own = await mkdtemp(`${home}.fetch-`);
    await fill(own);
    await rename(own, home);
  } catch (error) {
    // Another fill was quicker.
    if (!existsSync(home)) throw asFault(error, name);
  } finally {
    if (own !== undefined) await rm(own, { recursive: true, force: true });
  }
  return home;
}

function asFault(error: unknown, name: string): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message : String(error);
  const full = /ENOSPC|no space left/i.test(message);
  return new Fault(full ? "GW_DISK_FULL" : "GW_PART_FAILED", `${cached(name)} cannot be filled: ${message.slice(0, 300)}`, {}, error);
}
