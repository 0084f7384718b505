/** A run of percent escapes, or one of the `%uXXXX` form that some servers take. */
const escapes = /(?:%[0-9a-f]{2})+|%u[0-9a-f]{4}/gi;

/**
 * Percent escapes undone once, tolerantly: what is malformed stays as it is, bytes that are no UTF-8 become Latin-1, and overlong
 * UTF-8 (`%c0%af` for a slash) is assembled as the careless servers it is meant for would. Source: RFC 3986, section 2.1.
 */
export function decodePercent(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(escapes, (run) =>
    run[1] === "u" || run[1] === "U" ? String.fromCharCode(Number.parseInt(run.slice(2), 16)) : lenientUtf8(bytesOf(run)),
  );
}

/** In queries and forms a plus is a space. */
export const decodePlus = (text: string): string => (text.includes("+") ? text.replaceAll("+", " ") : text);

const bytesOf = (run: string): Buffer => Buffer.from(run.replaceAll("%", ""), "hex");

function lenientUtf8(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] as number;
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 1;
    const point = length === 1 ? undefined : pointOf(bytes, at, length, lead);
    text += String.fromCodePoint(point ?? lead);
    at += point === undefined ? 1 : length;
  }
  return text;
}

/** Undefined where continuation bytes are missing or the result is no code point. */
function pointOf(bytes: Buffer, at: number, length: number, lead: number): number | undefined {
  let point = lead & (0x7f >> length);
  for (let i = 1; i < length; i += 1) {
    const next = bytes[at + i];
    if (next === undefined || (next & 0xc0) !== 0x80) return undefined;
    point = point * 64 + (next & 0x3f);
  }
  return point > 0x10ffff ? undefined : point;
}
