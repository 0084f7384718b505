import { addressNumber } from "../threats/ip-address.ts";
import { findAddresses } from "./personal-data.ts";

/** With brackets, quotes and a port around it, as proxies write it. */
const withPort = /^"?(?:\[([\da-f.:]{2,45})(?:%[\w.-]{1,20})?\]|([\d.]{7,15}))(?::\d{1,5})?"?$/i;

/**
 * A text with each IP address in it hashed in its place, so that lists and texts keep their form. One address is one hash however
 * it is written: in capitals, with a port, IPv4 as IPv6.
 */
export function hashAddresses(text: string, hash: (address: string) => string): string {
  const only = canonicalAddress(text);
  if (only !== undefined) return hash(only);
  let hashed = "";
  let at = 0;
  for (const { start, end } of findAddresses(text)) {
    const found = text.slice(start, end);
    hashed += text.slice(at, start) + hash(canonicalAddress(found) ?? found.toLowerCase());
    at = end;
  }
  return hashed + text.slice(at);
}

/** IPv4 with dots, IPv6 as RFC 5952 writes it. Undefined where the text is not one address. */
export function canonicalAddress(text: string): string | undefined {
  const bare = text.trim();
  const port = withPort.exec(bare);
  const number = addressNumber(bare) ?? addressNumber(port?.[1] ?? port?.[2] ?? "");
  if (number === undefined) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => Number((number >> BigInt(112 - 16 * i)) & 0xffffn));
  if (number >> 32n === 0xffffn)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join(".");
  return new URL(`http://[${groups.map((group) => group.toString(16)).join(":")}]`).hostname.slice(1, -1);
}
