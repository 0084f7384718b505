import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OpenFile } from "./open-file.ts";
import type { FilePosition } from "./position-file.ts";

/** A file beside the tailed one that its rotation may have made. */
interface Sibling {
  readonly path: string;
  readonly inode: string;
  /** When it was written last, in nanoseconds. */
  readonly changedNs: bigint;
}

/** What a rotation makes of `access.log`: `access.log.1`, `access.log-20260101`; not what was compressed since. Oldest first. */
async function siblings(path: string): Promise<Sibling[]> {
  const dir = dirname(path);
  const own = basename(path);
  const names = await readdir(dir).catch(() => []);
  const found: Sibling[] = [];
  for (const name of names) {
    if (!name.startsWith(own) || !/^[.-][\d._-]+$/.test(name.slice(own.length))) continue;
    const at = join(dir, name);
    const details = await stat(at, { bigint: true }).catch(() => undefined);
    if (details?.isFile()) found.push({ path: at, inode: `${details.dev}:${details.ino}`, changedNs: details.mtimeNs });
  }
  return found.sort((a, b) => (a.changedNs === b.changedNs ? (a.path < b.path ? 1 : -1) : a.changedNs < b.changedNs ? -1 : 1));
}

/**
 * The file of a position under the name that it has now: its own inode first, else a copy that begins alike and is as long, which
 * is what a rotation by copying leaves. Undefined where neither is there.
 */
export async function relocated(path: string, known: FilePosition): Promise<OpenFile | undefined> {
  const current = await stat(path, { bigint: true }).catch(() => undefined);
  const places = [{ path, inode: current === undefined ? "" : `${current.dev}:${current.ino}` }, ...(await siblings(path))];
  const isOwn = (place: { readonly inode: string }) => place.inode === known.inode;
  for (const place of [...places.filter(isOwn), ...places.filter((one) => !isOwn(one))]) {
    const file = await OpenFile.at(place.path, known);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** Files that were rotated after the one of this inode while nobody looked, the oldest first. None where it is not beside the path. */
export async function rotatedSince(path: string, inode: string): Promise<string[]> {
  const all = await siblings(path);
  const at = all.findIndex((one) => one.inode === inode);
  return at < 0 ? [] : all.slice(at + 1).map((one) => one.path);
}
