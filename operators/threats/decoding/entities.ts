/** Names that attacks hide characters behind; the two thousand others do not matter here. */
const named: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  nbsp: " ",
  tab: "\t",
  newline: "\n",
  colon: ":",
  semi: ";",
  lpar: "(",
  rpar: ")",
  sol: "/",
  bsol: "\\",
  equals: "=",
  period: ".",
  comma: ",",
  excl: "!",
  num: "#",
  dollar: "$",
  percnt: "%",
  lsqb: "[",
  rsqb: "]",
  lbrace: "{",
  rbrace: "}",
  lowbar: "_",
  grave: "`",
};
const entity = new RegExp(`&(?:#x([0-9a-f]{1,8})|#([0-9]{1,9})|(${Object.keys(named).join("|")})\\b);?`, "gi");

/** HTML entities undone once: named, decimal and hexadecimal, with the semicolon or, as browsers take them, without. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(entity, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
