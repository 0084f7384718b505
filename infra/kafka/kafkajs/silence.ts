/** Since when nodes have been asked for records and have not answered. */
export class Silence {
  readonly #since = new Map<number, number>();
  readonly #told = new Set<number>();

  /** Of the node that has been silent longest; 0 where all have answered. */
  get longestMs(): number {
    return this.#since.size === 0 ? 0 : Date.now() - Math.min(...this.#since.values());
  }

  /** Given up and asked again is still unanswered. */
  asked(node: number): void {
    if (!this.#since.has(node)) this.#since.set(node, Date.now());
  }

  /** Nothing is wanted of it any more. */
  excused(node: number): void {
    this.#since.delete(node);
  }

  /** True once, until it answers: a lost broker is told of once. */
  isNews(node: number): boolean {
    if (this.#told.has(node)) return false;
    this.#told.add(node);
    return true;
  }

  /** Whether it had been told of. */
  answered(node: number): boolean {
    this.#since.delete(node);
    return this.#told.delete(node);
  }
}
