import { longText, type PlaceKind, type Unit, unit } from "./unit.ts";

/** Strings of one place that are taken one by one; more than real requests have. */
const mostUnits = 512;

interface Others {
  readonly texts: string[];
  readonly urlEncoded: boolean;
}

/**
 * Strings of one place, with a budget that no other place can use up: 512 one by one, and all that come after them as one string a
 * kind, told as `(others)`, so that nothing hides behind a long list.
 */
export class BoundedUnits {
  readonly #units: Unit[] = [];
  readonly #others = new Map<PlaceKind, Others>();

  /** Whether a kind's strings are percent-encoded is the same for all of a place. */
  add(kind: PlaceKind, name: string, text: string, urlEncoded = false): void {
    if (this.#units.length < mostUnits) {
      this.#units.push(unit(kind, name, text, urlEncoded));
      return;
    }
    const others = this.#others.get(kind) ?? { texts: [], urlEncoded };
    others.texts.push(text);
    this.#others.set(kind, others);
  }

  /** In the order in which they came, the others last. */
  all(): readonly Unit[] {
    if (this.#others.size === 0) return this.#units;
    // With spaces between and no line breaks: after one of those a shell would begin a command.
    const others = [...this.#others].map(([kind, { texts, urlEncoded }]) => unit(kind, "(others)", texts.join(" "), urlEncoded, longText));
    return [...this.#units, ...others];
  }
}
