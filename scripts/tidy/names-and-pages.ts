import type { Source } from "./sources.ts";

const vague = /^(utils?|commons?|helpers?|managers?|shared|libs?|misc|stuff|tools)$/;

/** Files and folders whose name says nothing of what is in them. */
export function vagueNames(paths: readonly string[]): string[] {
  return paths
    .filter((path) => path.split("/").some((part) => vague.test(part.split(".")[0] ?? "")))
    .map((path) => `${path} has a vague name: name the concept, or put its functions where they are used`);
}

const longestTitle = 80;

/** A page begins with its one title, so that it can be listed and linked by it. */
export function pageTitles({ path, text }: Source): string[] {
  if (!path.endsWith(".md")) return [];
  if (path.startsWith("docs/changes/")) return changeNote(path);
  const titles = withoutCode(text).filter((line) => /^# /.test(line));
  // A page made by a program says so above its title.
  const [first = ""] = text.replace(/^<!--.*?-->\n/s, "").split("\n");
  if (!first.startsWith("# ")) return [`${path}:1 begins without a title: its first line is "# …"`];
  if (titles.length > 1) return [`${path} has ${titles.length} titles: one page, one title`];
  return first.length - 2 > longestTitle ? [`${path}:1 has a title of ${first.length - 2} characters: at most ${longestTitle}`] : [];
}

/** A change note is a paragraph; its name is its title. */
const changeNote = (path: string): string[] =>
  /^docs\/changes\/[a-z0-9-]+\.(added|changed|fixed)\.md$/.test(path)
    ? []
    : [`${path}: a change note is called <topic>.<added|changed|fixed>.md`];

const linked = /\]\(([^)#\s]+)(?:#[^)]*)?\)/g;

/** Links between pages that lead nowhere. */
export function deadLinks({ path, text }: Source, paths: ReadonlySet<string>): string[] {
  if (!path.endsWith(".md")) return [];
  const folder = path.split("/").slice(0, -1);
  const targets = withoutCode(text).flatMap((line) => [...line.matchAll(linked)].map((match) => match[1] ?? ""));
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => joined(folder, target))
    .filter((target) => target !== "" && !paths.has(target) && ![...paths].some((one) => one.startsWith(`${target}/`)))
    .map((target) => `${path} links to ${target}, which is not there`);
}

function joined(folder: readonly string[], target: string): string {
  const parts = [...folder];
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

/** What stands in a fence is no title and no link. */
function withoutCode(text: string): string[] {
  let fenced = false;
  return text.split("\n").filter((line) => {
    if (line.startsWith("```")) fenced = !fenced;
    return !fenced;
  });
}
