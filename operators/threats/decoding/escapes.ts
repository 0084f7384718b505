const escaped = /\\u([0-9a-f]{4})|\\u\{([0-9a-f]{1,6})\}|\\x([0-9a-f]{2})/gi;

/** JavaScript escapes undone once: `\u003c`, `\u{3c}`, `\x3c`. */
export function decodeEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(escaped, (whole, four?: string, braced?: string, two?: string) => {
    const point = Number.parseInt(four ?? braced ?? two ?? "", 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
