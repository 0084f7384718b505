import { isIP } from "node:net";

/** An IP address as one number; IPv4 as IPv6 (`::ffff:a.b.c.d`), so that both forms of one address are one. Undefined for other text. */
export function addressNumber(text: string): bigint | undefined {
  const bare = text
    .trim()
    .replace(/^\[|\]$/g, "")
    .replace(/%.{0,60}$/, "");
  if (bare.length > 45) return undefined;
  const version = isIP(bare);
  if (version === 4) return mappedV4 | v4Number(bare);
  return version === 6 ? v6Number(bare) : undefined;
}

/** A range: the bits that must be equal, and how many they are (of 128). */
export interface AddressRange {
  readonly bits: number;
  readonly prefix: bigint;
}

/** `10.0.0.0/8`, `2001:db8::/32`; an address alone is a range of one. Undefined where it is neither. */
export function addressRange(text: string): AddressRange | undefined {
  const [address = "", length, ...rest] = text.trim().split("/");
  const number = addressNumber(address);
  if (number === undefined || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  const is4 = isIP(address) === 4;
  const most = is4 ? 32 : 128;
  const given = length === undefined ? most : Number(length);
  if (given > most) return undefined;
  const bits = is4 ? given + 96 : given;
  return { bits, prefix: prefixOf(number, bits) };
}

/** The first so many bits of an address. */
export const prefixOf = (address: bigint, bits: number): bigint => address >> BigInt(128 - bits);

const mappedV4 = 0xffff_0000_0000n;

const v4Number = (text: string): bigint => text.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);

function v6Number(text: string): bigint {
  const dotted = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text);
  const v4 = dotted === null ? 0n : v4Number(dotted[2] ?? "");
  const groups = dotted === null ? text : `${dotted[1]}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  const [head = "", tail] = groups.split("::");
  const split = (part: string) => (part === "" ? [] : part.split(":"));
  const before = split(head);
  const after = split(tail ?? "");
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return all.reduce((sum, group) => sum * 65_536n + BigInt(Number.parseInt(group, 16)), 0n);
}
