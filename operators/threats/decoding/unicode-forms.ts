/** Zero-width characters, joiners, marks of direction, the soft hyphen and the tag characters that spell invisible text. */
const invisible = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|\u034f|\udb40[\udc00-\udc7f]/g;

/** Characters that look like a slash, a backslash, a full stop, a quote or an angle bracket and are not folded by NFKC. */
const lookAlikes: Readonly<Record<string, string>> = {
  "\u2044": "/",
  "\u2215": "/",
  "\u29f8": "/",
  "\u2571": "/",
  "\u2216": "\\",
  "\u29f5": "\\",
  "\u29f9": "\\",
  "\u2024": ".",
  "\u3002": ".",
  "\u0701": ".",
  "\u0702": ".",
  "\u2018": "'",
  "\u2019": "'",
  "\u02b9": "'",
  "\u02bc": "'",
  "\u201c": '"',
  "\u201d": '"',
  "\u2039": "<",
  "\u203a": ">",
  "\u27e8": "<",
  "\u27e9": ">",
  "\u3008": "<",
  "\u3009": ">",
};
const lookAlike = new RegExp(`[${Object.keys(lookAlikes).join("")}]`, "g");
// biome-ignore lint/suspicious/noControlCharactersInRegex: the question is whether anything is outside ASCII.
const beyondAscii = /[^\x00-\x7f]/;

/**
 * Compatibility forms folded (full-width letters and the like), what cannot be seen removed, look-alikes of slashes, dots and
 * quotes made plain. ASCII comes back as it is. The result may be longer: NFKC makes up to 18 characters of one.
 */
export function foldUnicode(text: string): string {
  if (!beyondAscii.test(text)) return text;
  return text
    .replace(invisible, "")
    .replace(lookAlike, (character) => lookAlikes[character] ?? character)
    .normalize("NFKC")
    .replace(lookAlike, (character) => lookAlikes[character] ?? character);
}
