import type { BoundedUnits } from "./bounded-units.ts";
import type { PlaceKind } from "./unit.ts";

/** Adds the units of `a=1&b=2`: a value each, and a name where it is odd enough to be an attack itself. */
export function addPairs(units: BoundedUnits, text: string, separator: "&" | ";", kind: PlaceKind, nameKind: PlaceKind): void {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf(separator, at);
    const pair = text.slice(at, end < 0 ? text.length : end);
    at = end < 0 ? text.length : end + 1;
    const equals = pair.indexOf("=");
    const name = (equals < 0 ? pair : pair.slice(0, equals)).trim();
    if (isOdd(name)) units.add(nameKind, name, name, true);
    if (equals >= 0) units.add(kind, name, pair.slice(equals + 1).trim(), true);
  }
}

/** Letters, digits and what frameworks use in names are plain; the names that change an object are not. */
export const isOdd = (name: string): boolean =>
  !/^[\w.\-[\]:~]{0,120}$/.test(name) || /__proto__|constructor|\[\$/.test(name) || name.startsWith("$");
