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

/** The text without its personal data. `addresses: false` leaves IP addresses, where they are what an attack asks for. */
export function maskPersonalData(text: string, { addresses = true }: { readonly addresses?: boolean } = {}): string {
  let masked = "";
  let at = 0;
  for (const { start, end, type } of findPersonalData(text)) {
    if (type === "IP" && !addresses) continue;
    masked += text.slice(at, start) + masks[type];
    at = end;
  }
  return at === 0 ? text : masked + text.slice(at);
}
