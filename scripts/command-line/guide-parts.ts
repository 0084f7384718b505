import { privacySettings } from "../../infra/config/privacy-keys.ts";
import { leavesOf } from "../../infra/config/schema-walk.ts";
import { pipelines } from "../../pipelines/index.ts";
import { faults } from "../../schemas/faults/faults.ts";
import { keyRow, table } from "./reference-table.ts";

/** What a page of the guide takes from code, by the words of its opening mark. */
const parts: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(pipelines.map(({ name }) => [`options of ${name}`, () => optionsOf(name)])),
  "settings of privacy": () => table(["key", "type", "default", "meaning"], leavesOf(privacySettings, "privacy").map(keyRow)),
  codes: () => codesThatDeadLetter(),
};

const mark = /(<!-- ([^:>]+): made by [^>]+ -->\n)(.*?)(<!-- end of [^>]+ -->)/gs;

/** The page with its made parts made anew. Throws where a mark names none of them. */
export function withGuideParts(text: string): string {
  return text.replaceAll(mark, (_, begin: string, name: string, __: string, end: string) => {
    const part = parts[name];
    if (part === undefined) throw new TypeError(`no part of the guide is called "${name}": there are ${Object.keys(parts).join(", ")}`);
    return `${begin}${part()}${end}`;
  });
}

function optionsOf(name: string): string {
  const found = pipelines.find((one) => one.name === name);
  return found === undefined ? "" : table(["key", "type", "default", "meaning"], leavesOf(found.options, name).map(keyRow));
}

function codesThatDeadLetter(): string {
  const rows = Object.entries(faults).filter(([, { then }]) => then === "dead-letter");
  return table(
    ["code", "what to do"],
    rows.map(([code, { remedy }]) => [`\`${code}\``, remedy]),
  );
}
