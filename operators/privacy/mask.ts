import { findPersonalData, type PersonalType } from "./personal-data.ts";

/** What stands where it stood: the kind and nothing of the value, so that two masked texts cannot be compared. */
const masks: Readonly<Record<PersonalType, string>> = {
  EMAIL: "[email]",
  PHONE: "[phone]",
  CARD: "[card]",
  IBAN: "[iban]",
  SSN: "[ssn]",
  IP: "[address]",
  PASSWORD: "[secret]",
};

/** What may be left unmasked. */
export interface MaskOptions {
  /** False leaves IP addresses, where they are what an attack asks for. */
  readonly addresses?: boolean;
}

/** The text without its personal data. */
export const maskPersonalData = (text: string, options: MaskOptions = {}): string => maskedWindow(text, 0, text.length, options);

/** Too short for any form. */
const plain = /^(?:[a-z_.~-]{0,15}|[\w.~-]{0,6})$/i;

/** No form is longer than this on either side of a cut, but for keys and tokens without white space. */
const around = 512;
const longestWord = 4_096;

/**
 * A piece of a text, from `start` to before `end` in UTF-16 units, without personal data. What begins before the piece or ends
 * behind it is read with what is there, so nothing is cut in half and escapes its pattern; its mask stands where it was.
 */
export function maskedWindow(text: string, start: number, end: number, { addresses = true }: MaskOptions = {}): string {
  if (plain.test(text)) return text.slice(start, end);
  const from = wordEdge(text, start - around, -1);
  const seen = text.slice(from, wordEdge(text, end + around, 1));
  let masked = "";
  let at = start;
  for (const span of findPersonalData(seen)) {
    if (span.type === "IP" && !addresses) continue;
    const begin = from + span.start;
    if (begin >= end || from + span.end <= start) continue;
    masked += text.slice(at, Math.max(at, begin)) + masks[span.type];
    at = from + span.end;
  }
  return masked + text.slice(at, Math.max(at, end));
}

/** The first place from `at` on where white space stands, within bounds. */
function wordEdge(text: string, at: number, step: 1 | -1): number {
  let edge = at;
  for (let steps = 0; steps < longestWord && edge > 0 && edge < text.length && !/\s/.test(text.charAt(edge)); steps += 1) edge += step;
  return Math.min(Math.max(0, edge), text.length);
}
