import { type PlaceKind, type Unit, unit } from "./unit.ts";

/** Pairs taken one by one; what stands beyond is one unit, so that nothing hides behind a long list. */
const mostPairs = 256;

/** Units of `a=1&b=2`: a value each, and a name where it is odd enough to be an attack itself. */
export function* pairUnits(text: string, separator: "&" | ";", kind: PlaceKind, nameKind: PlaceKind): Generator<Unit> {
  let at = 0;
  for (let taken = 0; at < text.length; taken += 1) {
    const end = taken < mostPairs ? text.indexOf(separator, at) : -1;
    const pair = taken < mostPairs ? text.slice(at, end < 0 ? text.length : end) : text.slice(at);
    at = end < 0 ? text.length : end + 1;
    const equals = pair.indexOf("=");
    const name = (equals < 0 ? pair : pair.slice(0, equals)).trim();
    if (isOdd(name)) yield unit(nameKind, name, name, true);
    if (equals >= 0) yield unit(kind, name, pair.slice(equals + 1).trim(), true);
  }
}

/** Letters, digits and what frameworks use in names are plain; the names that change an object are not. */
export const isOdd = (name: string): boolean =>
  !/^[\w.\-[\]:~]{0,120}$/.test(name) || /__proto__|constructor|\[\$/.test(name) || name.startsWith("$");
