import { pageText } from "./page-commands.ts";

/** One fenced block for the shell, and what the page shows as its output where a block of text follows. */
export interface ShellBlock {
  readonly page: string;
  readonly line: number;
  readonly script: string;
  readonly shown: string | undefined;
}

/** The first block of a language on a page. Throws where there is none. */
export function firstBlock(page: string, language: string): string {
  const found = [...pageText(page).matchAll(fenced)].find((match) => match[1] === language)?.[2];
  if (found === undefined) throw new Error(`${page} has no block of ${language}`);
  return found;
}

const fenced = /```(\w+)\n(.*?)\n```/gs;

/** The shell blocks of a page in its order; an output belongs to the last one before it in its section. */
export function shellBlocks(page: string): ShellBlock[] {
  const text = pageText(page);
  const blocks = [...text.matchAll(fenced)].map((match) => ({ language: match[1], body: match[2] ?? "", at: match.index }));
  return blocks.flatMap(({ language, body, at }, i) => {
    if (language !== "sh") return [];
    const next = blocks[i + 1];
    const sameSection = next !== undefined && !/^## /m.test(text.slice(at + body.length, next.at));
    const line = text.slice(0, at).split("\n").length;
    return [{ page, line, script: body, shown: sameSection && next.language === "text" ? next.body : undefined }];
  });
}

/** Times, counts and durations differ from run to run; columns are as wide as what is in them. */
export const withoutFigures = (text: string): string => text.replaceAll(/\d[\d.,:TZ-]*/g, "N").replaceAll(/ +/g, " ");
