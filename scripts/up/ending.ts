/** What must be ended when `up` ends, in reverse order of what was begun; one that fails does not keep the others. */
export class Ending {
  readonly #steps: { name: string; end: () => Promise<void> | void }[] = [];
  readonly #say: (sentence: string) => void;

  constructor(say: (sentence: string) => void) {
    this.#say = say;
  }

  later(name: string, end: () => Promise<void> | void): void {
    this.#steps.push({ name, end });
  }

  async run(): Promise<void> {
    for (const { name, end } of this.#steps.splice(0).reverse()) {
      try {
        await end();
      } catch (error) {
        this.#say(`ending ${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
