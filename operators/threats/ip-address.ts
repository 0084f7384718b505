/** An IP address as one number; IPv4 as IPv6 (`::ffff:a.b.c.d`), so that both forms of one address are one. Undefined for other text. */
export function addressNumber(text: string): bigint | undefined {
  const bare = text
    .trim()
    .replace(/^\[|\]$/g, "")
    .replace(/%.{0,60}$/, "");
  if (bare.length > 45) return undefined;
  if (isV4(bare)) return mappedV4 | v4Number(bare);
  return bare.includes(":") ? v6Number(bare) : undefined;
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
  const is4 = isV4(address);
  const most = is4 ? 32 : 128;
  const given = length === undefined ? most : Number(length);
  if (given > most) return undefined;
  const bits = is4 ? given + 96 : given;
  return { bits, prefix: prefixOf(number, bits) };
}

/** The first so many bits of an address. */
export const prefixOf = (address: bigint, bits: number): bigint => address >> BigInt(128 - bits);

const mappedV4 = 0xffff_0000_0000n;

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const v4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
const isV4 = (text: string): boolean => v4.test(text);

const v4Number = (text: string): bigint => text.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);

/** RFC 4291, section 2.2: eight groups, one run of zeros as `::`, the last two groups perhaps as IPv4. */
function v6Number(text: string): bigint | undefined {
  const tail4 = /[^:]+\.[^:]+$/.exec(text)?.[0];
  if (tail4 !== undefined && !isV4(tail4)) return undefined;
  const last = tail4 === undefined ? 0n : v4Number(tail4);
  const groups =
    tail4 === undefined ? text : `${text.slice(0, -tail4.length)}${(last >> 16n).toString(16)}:${(last & 0xffffn).toString(16)}`;
  const halves = groups.split("::");
  if (halves.length > 2) return undefined;
  const [before = [], after = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const zeros = 8 - before.length - after.length;
  if (halves.length === 2 ? zeros < 1 : zeros !== 0) return undefined;
  const all = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((sum, group) => sum * 65_536n + BigInt(Number.parseInt(group, 16)), 0n);
}
