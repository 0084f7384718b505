import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { notThere } from "./not-there.ts";
import { changedMs, OpenFile } from "./open-file.ts";
import type { FilePosition } from "./position-file.ts";

/** A file beside the tailed one that its rotation may have made. */
interface Sibling {
  readonly path: string;
  readonly inode: string;
  /** When it was written last, in milliseconds with fractions; a compressed file keeps the time of what it was made of. */
  readonly changedMs: number;
  readonly isCompressed: boolean;
}

const rotatedName = /^[.-][\d._-]*\d(\.(?:gz|bz2|xz|zst|lz4|lzma|Z))?$/;

/** What a rotation makes of `access.log`: `access.log.1`, `access.log-20260101`, `access.log.2.gz`. Oldest first. */
async function siblings(path: string): Promise<Sibling[]> {
  const dir = dirname(path);
  const own = basename(path);
  const names = (await readdir(dir).catch(notThere)) ?? [];
  const found: Sibling[] = [];
  for (const name of names) {
    const form = name.startsWith(own) ? rotatedName.exec(name.slice(own.length)) : null;
    if (form === null) continue;
    const at = join(dir, name);
    const details = await stat(at, { bigint: true }).catch(notThere);
    if (!details?.isFile()) continue;
    found.push({ path: at, inode: `${details.dev}:${details.ino}`, changedMs: changedMs(details), isCompressed: form[1] !== undefined });
  }
  return found.sort((a, b) => a.changedMs - b.changedMs || (a.path < b.path ? 1 : -1));
}

/**
 * The file of a position under the name that it has now: its own inode first, else a copy that begins alike and is as long, which
 * is what a rotation by copying leaves. Undefined where neither is there.
 */
export async function relocated(path: string, known: FilePosition): Promise<OpenFile | undefined> {
  const current = await stat(path, { bigint: true }).catch(notThere);
  const places = [
    { path, inode: current === undefined ? "" : `${current.dev}:${current.ino}` },
    ...(await siblings(path)).filter(({ isCompressed }) => !isCompressed),
  ];
  const isOwn = (place: { readonly inode: string }) => place.inode === known.inode;
  for (const place of [...places.filter(isOwn), ...places.filter((one) => !isOwn(one))]) {
    const file = await OpenFile.at(place.path, known);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** What was rotated while nobody looked, the oldest first: files to read, and files that nobody can read any more. */
export interface Missed {
  readonly paths: readonly string[];
  readonly compressed: readonly string[];
}

/** Files that were rotated after this one: known by its place among them, or where it is gone by when it was written last. */
export async function rotatedSince(path: string, last: { readonly inode: string; readonly changedMs: number }): Promise<Missed> {
  const all = await siblings(path);
  const at = all.findIndex((one) => one.inode === last.inode);
  const newer = at < 0 ? all.filter((one) => one.changedMs > last.changedMs) : all.slice(at + 1);
  const pathsOf = (isCompressed: boolean) => newer.filter((one) => one.isCompressed === isCompressed).map((one) => one.path);
  return { paths: pathsOf(false), compressed: pathsOf(true) };
}
