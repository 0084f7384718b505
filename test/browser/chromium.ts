import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** The browser that `GATEWATCH_CHROMIUM` names, else the first of the usual names in PATH; undefined, with a word, where there is none. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { GATEWATCH_CHROMIUM: named, PATH = "" } = environment;
  const places = named === undefined ? names.flatMap((name) => PATH.split(delimiter).map((dir) => join(dir, name))) : [named];
  const found = places.find(isExecutable);
  if (found === undefined) process.stderr.write(`no browser: none of ${names.join(", ")} is in PATH, and GATEWATCH_CHROMIUM names none\n`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
