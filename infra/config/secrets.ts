import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** `${env:NAME}` and `${file:path}`; a `$` by itself is text. */
const reference = /\$\{(env|file):([^}]+)\}/g;

/** Replaces `${env:NAME}` and `${file:path}`; a file's path counts from `folder`, and a line feed at its end is left out. */
export function reveal(
  text: string,
  { environment, folder }: { environment: NodeJS.ProcessEnv; folder: string },
): { value: string; fault?: string } {
  let fault: string | undefined;
  const value = text.replaceAll(reference, (_, kind: string, name: string) => {
    try {
      const found = kind === "env" ? environment[name] : readFileSync(resolve(folder, name), "utf8").replace(/\r?\n$/, "");
      if (found === undefined) fault ??= `the environment has no ${name}`;
      return found ?? "";
    } catch (error) {
      fault ??= `${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`;
      return "";
    }
  });
  return { value, fault };
}
