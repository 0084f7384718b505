/** What is wrong with a JSON value, and where: `slots[0].tokens`; `value` is the whole. */
export interface JsonFault {
  readonly path: string;
  readonly message: string;
}

/** Turns one JSON value into what Avro takes; what it cannot take it adds to the faults, and returns anything. */
export type Reader = (value: unknown, faults: Faults) => unknown;

/** Beyond so many the rest is counted only: one wrong array must not become a message of a megabyte. */
const mostListed = 20;

/**
 * Faults of one record. A path grows from its end: who finds a fault knows nothing of where it is, and each level above puts
 * its own name before those found below it. A record without faults pays one comparison a field.
 */
export class Faults {
  /** All of them, also those beyond what is listed. */
  found = 0;
  readonly #listed: { path: string; message: string }[] = [];

  /** At the place where the reader stands; undefined, so that a reader can return it. */
  add(message: string): undefined {
    this.addAt("", message);
  }

  /** At a place below it. */
  addAt(path: string, message: string): undefined {
    this.found += 1;
    if (this.#listed.length < mostListed) this.#listed.push({ path, message });
  }

  /** Those found since `before` lie within this field or item. */
  within(at: string | number, before: number): void {
    this.rename(before, (path) => {
      const own = typeof at === "number" ? `[${at}]` : at;
      return path === "" || path.startsWith("[") ? own + path : `${own}.${path}`;
    });
  }

  /** Those found since `before`, for a level whose names in JSON are not those of the fields. */
  rename(before: number, renamed: (path: string) => string): void {
    for (const fault of this.#listed.slice(before)) fault.path = renamed(fault.path);
  }

  /** Paths from the whole value down; `value` where the fault is the whole. */
  list(): JsonFault[] {
    const listed = this.#listed.map(({ path, message }) => ({ path: path === "" ? "value" : path, message }));
    const more = this.found - listed.length;
    return more === 0 ? listed : [...listed, { path: "value", message: `has ${more} more faults` }];
  }
}

/** What should stand there, beside what does. */
export const wanted = (what: string, value: unknown): string => `${what} is wanted, not ${shown(value)}`;

/** Short enough for a message, whatever it is. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
}
