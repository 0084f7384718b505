import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { Fault } from "../../../schemas/faults/fault.ts";

const position = z.object({
  version: z.literal(1),
  path: z.string(),
  origin: z.string(),
  generation: z.int().min(0),
  files: z.array(
    z.object({
      inode: z.string(),
      identity: z.string(),
      fingerprint: z.object({ bytes: z.int().min(1), sha256: z.string() }),
      offset: z.int().min(0),
    }),
  ),
});

/** How far a tailed file has been read: the state that a restart begins from. */
export interface TailPosition {
  readonly path: string;
  /** The machine that began to read it; part of derived ids, so it stays when the machine's name changes. */
  readonly origin: string;
  /** How often the file has been cut to nothing in its place. */
  readonly generation: number;
  /** Files still read, the oldest first: the one under the path, and rotated ones until they are quiet. */
  readonly files: readonly FilePosition[];
}

/** One file's position. `identity` names it in derived ids, also after it has been renamed or copied. */
export type FilePosition = z.infer<typeof position>["files"][number];

/** A file of positions, one a tailed path. Written whole beside it, flushed to the disk, and renamed: it is the old or the new. */
export class PositionFile {
  readonly #file: string;
  readonly #path: string;

  constructor(stateDir: string, path: string) {
    this.#path = resolve(path);
    const name = `${basename(path)}-${createHash("sha256").update(this.#path).digest("hex").slice(0, 12)}.json`;
    this.#file = join(stateDir, name);
  }

  /** As left, or one of nothing read. GW_CONFIG_INVALID where the file holds something else. */
  async read(): Promise<TailPosition> {
    let text: string;
    try {
      text = await readFile(this.#file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return { path: this.#path, origin: hostname(), generation: 0, files: [] };
    }
    try {
      return position.parse(JSON.parse(text));
    } catch (error) {
      throw new Fault(
        "GW_CONFIG_INVALID",
        `${this.#file} is no position of a tailed file; remove it to read ${this.#path} anew`,
        {},
        error,
      );
    }
  }

  /** On the disk when it resolves. */
  async write(value: TailPosition): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true });
    const fresh = `${this.#file}.new`;
    const handle = await open(fresh, "w", 0o600);
    try {
      await handle.writeFile(JSON.stringify({ version: 1, ...value }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, this.#file);
    const dir = await open(dirname(this.#file));
    await dir.sync().finally(() => dir.close());
  }
}
