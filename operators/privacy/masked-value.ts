import { decodePercent, decodePlus } from "../threats/decoding/percent.ts";
import type { PlaceKind } from "../threats/units/unit.ts";
import { isAttack } from "./attack.ts";
import { maskedWindow, maskPersonalData } from "./mask.ts";

/** What stands in place of a secret. */
export const secretMask = "[secret]";

interface Piece {
  /** Tells whether what the value is a part of reads like an attack; the value itself where left out. */
  readonly attack?: () => boolean;
  /** Characters of it to keep. */
  readonly most?: number | undefined;
}

/**
 * A value without its personal data. What is percent-encoded, also more than once, is found too; the value is written anew only
 * where some was. Addresses stay in what reads like an attack.
 */
export function maskValue(
  value: string,
  kind: PlaceKind,
  { attack = () => isAttack(value, kind), most = value.length }: Piece = {},
): string {
  const decoded = decodedFully(value);
  const masked = maskedWindow(decoded, 0, most);
  if (masked === decoded.slice(0, most)) return decoded === value ? masked : maskedWindow(value, 0, most);
  const inside = attack() ? maskedWindow(decoded, 0, most, { addresses: false }) : masked;
  if (decoded === value) return inside;
  if (inside === decoded.slice(0, most)) return maskedWindow(value, 0, most, { addresses: false });
  return encodeURIComponent(inside.toWellFormed()).replaceAll("%5B", "[").replaceAll("%5D", "]");
}

/** A secret without its value, unless that reads like an attack. */
export const maskSecret = (value: string, kind: PlaceKind): string =>
  isAttack(value, kind) ? maskPersonalData(value, { addresses: false }) : secretMask;

/** As what reads it last would: proxies and servers undo one encoding each. */
export function decodedFully(text: string): string {
  let now = text;
  for (let round = 0; round < 3; round += 1) {
    const next = decodePercent(round === 0 ? decodePlus(now) : now);
    if (next === now) break;
    now = next;
  }
  return now;
}
