import { type FileHandle, open } from "node:fs/promises";
import { type CutLine, LineCutter } from "../lines.ts";
import { type Fingerprint, fingerprintOf, hasFingerprint } from "./fingerprint.ts";
import type { FilePosition } from "./position-file.ts";

/** A proxy writes lines of some hundred bytes, rarely of 64 KB. */
export const longestLogLineBytes = 1_000_000;
const pieceBytes = 256 * 1024;

/** When a file was written last, in milliseconds with fractions; alike for all of its stamps that are alike. */
export const changedMs = ({ mtimeNs }: { readonly mtimeNs: bigint }): number => Number(mtimeNs) / 1e6;

/** One file that lines are read from: followed by its handle, whatever happens to its name. */
export class OpenFile {
  readonly inode: string;
  readonly #handle: FileHandle;
  #identity: string | undefined;
  #fingerprint: Fingerprint | undefined;
  readonly #cutter: LineCutter;
  readonly #buffer = Buffer.allocUnsafe(pieceBytes);
  #grownAt: number;
  #changedMs: number;
  /** Everything before it has been delivered. */
  #offset: number;

  private constructor(handle: FileHandle, inode: string, offset: number, known?: FilePosition) {
    this.#handle = handle;
    this.inode = inode;
    this.#offset = offset;
    this.#changedMs = known?.changedMs ?? 0;
    this.#identity = known?.identity;
    this.#fingerprint = known?.fingerprint;
    this.#cutter = new LineCutter(offset, longestLogLineBytes);
    this.#grownAt = performance.now();
  }

  /** From its beginning, or from where it stood. Undefined where no file, or no plain one, has this name. */
  static async at(path: string, known?: FilePosition): Promise<OpenFile | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(path, "r");
    } catch (error) {
      if (["ENOENT", "ENOTDIR", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
      throw error;
    }
    const { ino, dev } = await handle.stat({ bigint: true });
    const file = new OpenFile(handle, `${dev}:${ino}`, known?.offset ?? 0, known);
    if (known === undefined || ((await file.size()) >= known.offset && (await file.isItself()))) return file;
    await handle.close();
    return undefined;
  }

  /** From its end: lines that it holds already are left alone; one that has only begun is read whole, as it ends later. */
  static async atEnd(path: string): Promise<OpenFile | undefined> {
    const file = await OpenFile.at(path);
    if (file === undefined) return undefined;
    return new OpenFile(file.#handle, file.inode, await file.#lastLineStart());
  }

  /** Behind the last line feed; of a line that is too long to be read anyway, somewhere in it. */
  async #lastLineStart(): Promise<number> {
    const end = await this.size();
    const most = Math.max(0, end - longestLogLineBytes - pieceBytes);
    for (let at = end; at > most; ) {
      const from = Math.max(0, at - pieceBytes);
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, at - from, from);
      const feed = this.#buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
      if (feed >= 0) return from + feed + 1;
      at = from;
    }
    return most;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  /** Whether it is still the file that was begun: not cut shorter than what was read, and with the same beginning. */
  async isItself(): Promise<boolean> {
    const details = await this.#handle.stat({ bigint: true });
    if (details.size < this.#cutter.end) return false;
    if (this.#fingerprint !== undefined && !(await hasFingerprint(this.#handle, this.#fingerprint))) return false;
    this.#changedMs = changedMs(details);
    return true;
  }

  /** The next lines, at most one piece of the file; none at its end. `name` makes the identity once the first line is whole. */
  async lines(name: (fingerprint: Fingerprint) => string): Promise<readonly CutLine[]> {
    for (;;) {
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, pieceBytes, this.#cutter.end);
      // Checked after the read: bytes of a file that was cut and grew again between two looks are of another file.
      if (bytesRead === 0 || !(await this.isItself())) return [];
      this.#grownAt = performance.now();
      if (this.#fingerprint === undefined) {
        this.#fingerprint = await fingerprintOf(this.#handle);
        if (this.#fingerprint !== undefined) this.#identity ??= name(this.#fingerprint);
      }
      const lines = this.#cutter.push(this.#buffer.subarray(0, bytesRead));
      if (lines.length > 0) return lines;
    }
  }

  /** The last line of a file that nobody writes any more, where it ended without a line feed. */
  rest(name: (fingerprint: Fingerprint) => string): CutLine | undefined {
    const line = this.#cutter.rest();
    if (line !== undefined) this.#identity ??= name({ bytes: line.length, sha256: "" });
    return line;
  }

  /** Names the file in derived ids. */
  get identity(): string {
    return this.#identity ?? "";
  }

  /** How long nothing was added, in milliseconds. */
  get quietMs(): number {
    return performance.now() - this.#grownAt;
  }

  /** When it was written last, as far as it has been looked at, in milliseconds. */
  get changedMs(): number {
    return this.#changedMs;
  }

  /** Lines before it are done with. */
  settle(offset: number): void {
    this.#offset = offset;
  }

  /** Undefined while not even its first line is whole. */
  get position(): FilePosition | undefined {
    if (this.#fingerprint === undefined || this.#identity === undefined) return undefined;
    return {
      inode: this.inode,
      identity: this.#identity,
      fingerprint: this.#fingerprint,
      offset: this.#offset,
      changedMs: this.#changedMs,
    };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
