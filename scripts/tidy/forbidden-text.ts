import { isTest, type Source } from "./sources.ts";

/** What must not stand in a file, and why. */
interface TextRule {
  readonly pattern: RegExp;
  /** What to write instead. */
  readonly instead: string;
  /** Where the rule holds; everywhere when left out. */
  readonly in?: (path: string) => boolean;
}

const isCode = (path: string): boolean => /\.(ts|js|cjs|mjs)$/.test(path);
const isProgram = (path: string): boolean => isCode(path) && !isTest(path);
const isPure = (path: string): boolean => /^(operators|pipelines)\//.test(path) && isProgram(path);

/** Text that does not belong here, each with what to write instead. Patterns are cut in two where they would find themselves. */
export const textRules: readonly TextRule[] = [
  {
    pattern: /(^|[^\w.~:}])\/(work|root|home\/[a-z]\w*)\//,
    instead: "a path of one machine: take it from the project's folder, an option or the environment",
  },
  { pattern: /["'`]\/tmp\b/, instead: "a folder of one system: os.tmpdir()", in: isProgram },
  { pattern: /\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/, instead: "finish it, or file an issue and say nothing here" },
  {
    pattern: /\b[Nn]ot (yet )?implemente[d]\b|\bplaceholde[r]\b|\bdumm[y]\b/,
    instead: "what is there works; what does not is not there",
    in: isProgram,
  },
  {
    pattern:
      /\b(sub-?agen[t]s?|coding agen[t]s?|AI assistan[t]|Clau[d]e|Copilo[t]|ChatGP[T]|sittin[g]s?|the brie[f]|as instructe[d]|Co-[Aa]uthored-[Bb]y)\b/,
    instead: "the project speaks of itself, not of how it was written",
  },
  { pattern: /@ts-(ignor[e]|nochec[k]|expect-erro[r])/, instead: "a type that fits", in: isCode },
  { pattern: /biome-ignor[e](?!(-\w+)? lint\/\S+: \S)/, instead: "name the rule and the reason: lint/group/rule: because", in: isCode },
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/,
    instead: "event time: the batch's watermark or the record's own time",
    in: isPure,
  },
  { pattern: /\bMath\.random\(|\brandom(Bytes|UUID|Int)\(/, instead: "a seed that is passed in", in: isPure },
  { pattern: /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\(/, instead: "close and due of a stage: time is data", in: isPure },
  { pattern: /\bprocess\.\w|\bconsole\.\w/, instead: "an option passed in, an outcome given back", in: isPure },
  { pattern: /[ \t]$/m, instead: "no blank at the end of a line", in: (path) => path.endsWith(".md") },
];

/** Each forbidden line as `path:line what to do`. */
export function forbiddenText({ path, text }: Source): string[] {
  const lines = text.split("\n");
  return textRules
    .filter((rule) => rule.in?.(path) ?? true)
    .flatMap(({ pattern, instead }) =>
      lines.flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1} ${found(line, pattern)}: ${instead}`] : [])),
    );
}

const found = (line: string, pattern: RegExp): string => `"${line.match(pattern)?.[0].trim() ?? ""}"`;
