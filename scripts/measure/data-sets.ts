import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Folder of a public data set: below GATEWATCH_SHARED_DATA, or below `shared/data` beside the project. No data set is part of it. */
export const dataFolder = (name: string): string =>
  join(process.env.GATEWATCH_SHARED_DATA ?? join(import.meta.dirname, "..", "..", "..", "shared", "data"), name);

/** Lines of a gzipped text. Throws where the file is not there. */
export const linesOf = (path: string): string[] => gunzipSync(readFileSync(path)).toString().trimEnd().split("\n");

/** Rows of a gzipped CSV file whose fields have no quotes, by the names of its first line; numbers where they are some. */
export function rowsOf(path: string): Readonly<Record<string, string | number>>[] {
  const [head = "", ...lines] = linesOf(path);
  const names = head.split(",");
  return lines.map((line) => {
    const texts = line.split(",");
    return Object.fromEntries(names.map((name, i) => [name, asNumber(texts[i] ?? "")]));
  });
}

const asNumber = (text: string): string | number => (text === "" || Number.isNaN(Number(text)) ? text : Number(text));
