import type { Part } from "./part.ts";

/** Parts that are being started: those that are ready are announced, and stopped in reverse when the rest fails or all is over. */
export class Starting {
  readonly parts: Part[] = [];
  readonly #onPart: (part: Part) => void;

  constructor(onPart: (part: Part) => void) {
    this.#onPart = onPart;
  }

  async part<P extends Part>(start: Promise<P>): Promise<P> {
    const part = await start;
    this.parts.push(part);
    this.#onPart(part);
    return part;
  }

  /** Waits for all; where one fails the others are awaited all the same, so that nothing starts after the end. */
  async all<T extends readonly Promise<unknown>[]>(...starts: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
    const results = await Promise.allSettled(starts);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as { -readonly [K in keyof T]: Awaited<T[K]> };
  }

  async stop(): Promise<void> {
    for (const part of this.parts.splice(0).reverse()) await part.stop();
  }
}
