import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { OpenFile } from "./open-file.ts";
import type { FilePosition } from "./position-file.ts";

/** A file beside the tailed one that its rotation may have made. */
interface Sibling {
  readonly path: string;
  readonly inode: string;
  readonly changedMs: number;
}

/** What `access.log` may be called after a rotation: `access.log.1`, `access.log-20260101`; not what was compressed since. */
async function siblings(path: string): Promise<Sibling[]> {
  const dir = dirname(path);
  const own = basename(path);
  const names = await readdir(dir).catch(() => []);
  const found: Sibling[] = [];
  for (const name of names) {
    if (!name.startsWith(own) || !/^[.-]/.test(name.slice(own.length)) || /\.(gz|bz2|xz|zst)$/.test(name)) continue;
    const at = join(dir, name);
    const details = await stat(at, { bigint: true }).catch(() => undefined);
    if (details?.isFile()) found.push({ path: at, inode: `${details.dev}:${details.ino}`, changedMs: Number(details.mtimeMs) });
  }
  return found.sort((a, b) => a.changedMs - b.changedMs || (a.path < b.path ? 1 : -1));
}

/**
 * The file of a position under the name that it has now: its own inode first, else a copy that begins alike and is as long, which
 * is what a rotation by copying leaves. Undefined where neither is there.
 */
export async function relocated(
  path: string,
  known: FilePosition,
): Promise<{ readonly file: OpenFile; readonly path: string } | undefined> {
  const current = await stat(path, { bigint: true }).catch(() => undefined);
  const places = [{ path, inode: current === undefined ? "" : `${current.dev}:${current.ino}` }, ...(await siblings(path))];
  const isOwn = (place: { readonly inode: string }) => place.inode === known.inode;
  for (const place of [...places.filter(isOwn), ...places.filter((one) => !isOwn(one))]) {
    const file = await OpenFile.at(place.path, known);
    if (file !== undefined) return { file, path: place.path };
  }
  return undefined;
}

/** Files that were written and rotated after this one while nobody read, the oldest first. */
export async function rotatedSince(
  path: string,
  { file, path: itsPath }: { readonly file: OpenFile; readonly path: string },
): Promise<string[]> {
  const all = await siblings(path);
  const at = all.findIndex((one) => one.path === itsPath);
  return at < 0 ? [] : all.slice(at + 1).flatMap((one) => (one.inode === file.inode ? [] : [one.path]));
}
