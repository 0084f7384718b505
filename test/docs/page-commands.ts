import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** One `gatewatch` command line of a page, as words after the name. */
export interface PageCommand {
  readonly page: string;
  readonly line: number;
  readonly argv: readonly string[];
}

/** Every page of the project, as git lists them. */
export function pages(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], { cwd: root, encoding: "utf8" });
  return listed.split("\n").filter((path) => path !== "");
}

export const pageText = (page: string): string => readFileSync(join(root, page), "utf8");

/** `npx gatewatch …` and `npm start -- …`, in blocks for the shell and in single code spans. Words in capitals stand for anything: those lines are left out. */
export function pageCommands(page: string): PageCommand[] {
  return pageText(page)
    .split("\n")
    .flatMap((text, i) => commandTexts(text).map((argv) => ({ page, line: i + 1, argv })))
    .filter(({ argv }) => !argv.some((word) => /^[A-Z][A-Z_,]+$|…/.test(word)));
}

function commandTexts(text: string): string[][] {
  const spans = [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
  return [text, ...spans].flatMap((one) => {
    const direct = one.match(/^(?:npx )?gatewatch (.+)$/)?.[1];
    const start = one.match(/^npm start(?: -- (.+))?$/);
    const words = direct ?? (start === null ? undefined : `up ${start[1] ?? ""}`);
    return words === undefined ? [] : [shellWords(words)];
  });
}

/** Up to a pipe, a redirection or a comment; quotes keep words together. */
function shellWords(text: string): string[] {
  const words = [...text.matchAll(/"([^"]*)"|'([^']*)'|([|>#&;].*)|(\S+)/g)];
  const end = words.findIndex((match) => match[3] !== undefined);
  return words.slice(0, end < 0 ? undefined : end).map((match) => match[1] ?? match[2] ?? match[4] ?? "");
}
