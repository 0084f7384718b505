import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { z } from "zod";
import { Fault } from "../../schemas/faults/fault.ts";

/**
 * What a way in must still know after a restart, in a file for its owner alone. Written whole beside it, flushed to the disk, and
 * renamed: whatever happens, it is the old or the new.
 */
export class StateFile<T> {
  readonly #path: string;
  readonly #shape: z.ZodType<T>;
  /** What it is and what removing it does, for the sentence that refuses another file. */
  readonly #what: { readonly name: string; readonly removed: string };

  constructor(path: string, shape: z.ZodType<T>, what: { readonly name: string; readonly removed: string }) {
    this.#path = path;
    this.#shape = shape;
    this.#what = what;
  }

  /** As it was written last; undefined where it never was. GW_CONFIG_INVALID where the file holds something else. */
  async read(): Promise<T | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return undefined;
    }
    try {
      return this.#shape.parse(JSON.parse(text));
    } catch (error) {
      const { name, removed } = this.#what;
      throw new Fault("GW_CONFIG_INVALID", `${this.#path} is no ${name}; remove it to ${removed}`, {}, error);
    }
  }

  /** On the disk when it resolves. */
  async write(value: T): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const fresh = `${this.#path}.new`;
    const handle = await open(fresh, "w", 0o600);
    try {
      await handle.writeFile(JSON.stringify(value));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, this.#path);
    const dir = await open(dirname(this.#path));
    await dir.sync().finally(() => dir.close());
  }
}
