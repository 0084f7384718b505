import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { StateFile } from "../state-file.ts";

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
      /** When the file had been written last by then, in milliseconds: rotated files that are newer have not been read. */
      changedMs: z.number(),
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

/** A file of positions, one a tailed path. */
export class PositionFile {
  readonly #file: StateFile<z.infer<typeof position>>;
  readonly #path: string;

  constructor(stateDir: string, path: string) {
    this.#path = resolve(path);
    const name = `${basename(path)}-${createHash("sha256").update(this.#path).digest("hex").slice(0, 12)}.json`;
    const what = { name: "position of a tailed file", removed: `read ${this.#path} anew` };
    this.#file = new StateFile(join(stateDir, name), position, what);
  }

  /** As left, or one of nothing read. GW_CONFIG_INVALID where the file holds something else. */
  async read(): Promise<TailPosition> {
    return (await this.#file.read()) ?? { path: this.#path, origin: hostname(), generation: 0, files: [] };
  }

  /** On the disk when it resolves. */
  async write(value: TailPosition): Promise<void> {
    await this.#file.write({ version: 1, ...value, files: [...value.files] });
  }
}
