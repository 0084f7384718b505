/**
 * Takes back what nginx and Apache write for bytes they do not print: `\xHH`, `\"`, `\\`, and Apache's `\n` and `\t`. The
 * bytes are read as UTF-8; where they are none, the text stays as logged, so that nothing is guessed.
 */
export function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) {
    const found = text[at] === "\\" ? escapeAt(text, at) : undefined;
    if (found !== undefined) {
      bytes.push(found.byte);
      at += found.length;
      continue;
    }
    const point = text.codePointAt(at) ?? 0;
    const character = String.fromCodePoint(point);
    if (point < 0x80) bytes.push(point);
    else bytes.push(...Buffer.from(character));
    at += character.length;
  }
  try {
    return strict.decode(Uint8Array.from(bytes));
  } catch {
    return text;
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const single: Readonly<Record<string, number>> = { '"': 0x22, "\\": 0x5c, n: 0x0a, t: 0x09, r: 0x0d, b: 0x08, v: 0x0b };

function escapeAt(text: string, at: number): { readonly byte: number; readonly length: number } | undefined {
  const next = text[at + 1] ?? "";
  const hex = next === "x" ? text.slice(at + 2, at + 4) : "";
  if (/^[0-9A-Fa-f]{2}$/.test(hex)) return { byte: Number.parseInt(hex, 16), length: 4 };
  const byte = Object.hasOwn(single, next) ? single[next] : undefined;
  return byte === undefined ? undefined : { byte, length: 2 };
}
