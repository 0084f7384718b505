import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { outputId } from "../../../operators/stream/output-id.ts";
import type { CutLine } from "../lines.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { notThere } from "./not-there.ts";
import { OpenFile } from "./open-file.ts";
import { PositionFile, type TailPosition } from "./position-file.ts";
import { relocated, rotatedSince } from "./rotated.ts";

/** What is followed, and how. */
export interface FollowOptions {
  readonly path: string;
  readonly stateDir: string;
  /** Where a file begins of which no position is known. */
  readonly from: "beginning" | "end";
  /** A rotated file is given up when nothing was added to it for so long. */
  readonly rotateWaitMs: number;
  /** Takes one line for people. */
  say(line: string): void;
}

/** Lines of one file, in order. `settle` says that they and all before them are done with. */
export interface FollowedLines {
  readonly lines: readonly CutLine[];
  /** Names the file for as long as it lives, also under another name. */
  readonly identity: string;
  settle(): void;
}

/**
 * Follows a path through rotations: by rename (the old file is read on until it is quiet, the new one at once) and by copy and
 * truncate (what was not read before the cut is read from the copy).
 * Guarantee: lines come in the order of their files; after `save`, and a restart, those that were settled do not come again;
 * others come again with the same identity and offset. Lost is only what a rotation removed or compressed before it was read;
 * a compressed file is named.
 */
export class FileFollower {
  readonly #options: FollowOptions;
  readonly #positions: PositionFile;
  #known: TailPosition = { path: "", origin: "", generation: 0, files: [] };
  #files: OpenFile[] = [];
  /** The file read last, where it is gone. An inode of its own it has no more: another file may have it. */
  #gone: { readonly inode: string; readonly changedMs: number } | undefined;
  #begun = false;
  #saved = "";

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#positions = new PositionFile(options.stateDir, options.path);
  }

  /** Takes up where the position file says. GW_CONFIG_INVALID where it holds something else. */
  async open(): Promise<void> {
    const { path, say } = this.#options;
    this.#known = await this.#positions.read();
    for (const known of this.#known.files) {
      const file = await relocated(path, known);
      if (file === undefined) say(`${path}: the file read to byte ${known.offset} is gone; lines after it may be lost`);
      else this.#files.push(file);
      this.#gone = file === undefined ? { inode: "", changedMs: known.changedMs } : undefined;
    }
    this.#begun = this.#known.files.length > 0;
  }

  /** Everything that stands there now, file by file, piece by piece. */
  async *lines(): AsyncGenerator<FollowedLines> {
    await this.#look();
    const newest = this.#files.at(-1);
    for (const file of [...this.#files]) {
      for (let lines = await file.lines(this.#name(file)); lines.length > 0; lines = await file.lines(this.#name(file))) {
        yield followed(file, lines);
      }
      if (file === newest || file.quietMs < this.#options.rotateWaitMs) continue;
      const rest = file.rest(this.#name(file));
      if (rest !== undefined) yield followed(file, [rest]);
      this.#files = this.#files.filter((one) => one !== file);
      await file.close();
    }
  }

  /** Puts the position on the disk, where it has moved. */
  async save(): Promise<void> {
    const files = this.#files.map(({ position }) => position).filter((position) => position !== undefined);
    if (files.length === 0) return;
    const position = { ...this.#known, files };
    const text = JSON.stringify(position);
    if (text === this.#saved) return;
    await this.#positions.write(position);
    this.#saved = text;
  }

  async close(): Promise<void> {
    for (const file of this.#files) await file.close();
    this.#files = [];
  }

  /** Finds out what the path means now. */
  async #look(): Promise<void> {
    const { path, from } = this.#options;
    const newest = this.#files.at(-1);
    if (newest !== undefined && !(await newest.isItself())) await this.#afterCut(newest);
    const details = await stat(path, { bigint: true }).catch(notThere);
    // A file that comes later is read from its beginning, whatever `from` says.
    if (details === undefined) this.#begun = true;
    if (details === undefined || this.#files.at(-1)?.inode === `${details.dev}:${details.ino}`) return;
    await this.#takeMissed();
    const file = this.#begun || from === "beginning" ? await OpenFile.at(path) : await OpenFile.atEnd(path);
    if (file === undefined) return;
    this.#begun = true;
    this.#gone = undefined;
    this.#files.push(file);
  }

  /** The file was cut to nothing in its place: the rest of it may stand in a copy, and it begins anew. */
  async #afterCut(cut: OpenFile): Promise<void> {
    const { path, say } = this.#options;
    const known = cut.position;
    this.#files = this.#files.filter((file) => file !== cut);
    await cut.close();
    this.#known = { ...this.#known, generation: this.#known.generation + 1 };
    const copy = known === undefined ? undefined : await relocated(path, { ...known, inode: "" });
    this.#gone = copy === undefined ? { inode: "", changedMs: cut.changedMs } : undefined;
    if (copy !== undefined) this.#files.push(copy);
    else if (known !== undefined) say(`${path} was cut after byte ${known.offset}, and no copy is there; lines between may be lost`);
  }

  /** The path means another file now: between it and the newest known one there may have been more. */
  async #takeMissed(): Promise<void> {
    const { path, say } = this.#options;
    const last = this.#gone ?? this.#files.at(-1);
    if (last === undefined) return;
    const known = new Set(this.#files.map(({ inode }) => inode));
    const { paths, compressed } = await rotatedSince(path, last);
    for (const lost of compressed) say(`${path}: ${lost} was compressed and may hold lines that were not read`);
    for (const missed of paths) {
      const file = await OpenFile.at(missed);
      if (file === undefined) continue;
      if (known.has(file.inode)) await file.close();
      else this.#files.push(file);
    }
  }

  #name(file: OpenFile): (fingerprint: Fingerprint) => string {
    const { origin, generation } = this.#known;
    return ({ sha256 }) => outputId(["file", origin, resolve(this.#options.path), file.inode, generation, sha256]);
  }
}

const followed = (file: OpenFile, lines: readonly CutLine[]): FollowedLines => ({
  lines,
  identity: file.identity,
  settle: () => file.settle(lines.at(-1)?.next ?? 0),
});
