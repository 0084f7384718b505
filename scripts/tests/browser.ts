import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** The browser that `GATEWATCH_CHROMIUM` names, else the first of the usual names in PATH; undefined where there is none. */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { GATEWATCH_CHROMIUM: named, PATH = "" } = environment;
  const places = named === undefined ? names.flatMap((name) => PATH.split(delimiter).map((dir) => join(dir, name))) : [named];
  return places.find(isExecutable);
}

/** For people: what is used, or what is missing and how to name one. */
export const browserSaid = (found: string | undefined): string =>
  found ?? `none of ${names.join(", ")} is in PATH, and GATEWATCH_CHROMIUM names none: its tests are skipped`;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
