/** Prefix blocks that an engine still holds; those used longest ago go first. */
export class PrefixCache {
  readonly #blocks = new Map<number, true>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many blocks from the front are there; all of them are afterwards. Tail first, as engines do it: the front is the youngest. */
  use(ids: readonly number[]): number {
    const missing = ids.findIndex((id) => !this.#blocks.has(id));
    for (const id of ids.toReversed()) {
      this.#blocks.delete(id);
      this.#blocks.set(id, true);
    }
    for (const id of this.#blocks.keys()) {
      if (this.#blocks.size <= this.#capacity) break;
      this.#blocks.delete(id);
    }
    return missing < 0 ? ids.length : missing;
  }
}
