import type { Measures } from "./measure.ts";

/** One number that the style holds; within `goal` it is good enough and need not be held. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "lines" | "%" | "";
  readonly goal: readonly [low: number, high: number];
}

/** Where each figure outside its goal stood when it was last held, by its name. */
export type Held = Readonly<Record<string, number>>;

/** A file's measures, and whether it tests or is tested. */
export interface MeasuredFile extends Measures {
  readonly path: string;
  readonly test: boolean;
}

/** The figures of the whole tree, as far as files tell; commits and cycles are counted elsewhere. */
export function figures(files: readonly MeasuredFile[]): Figure[] {
  const lengths = files.map(({ lines }) => lines);
  const functions = files.flatMap((file) => file.functions.map(({ lines }) => lines));
  // Of what is tested, as in the trees the goal comes from: a test says what it means in its name.
  const code = files.filter(({ test }) => !test);
  const codeLines = sum(code.map((file) => file.lines));
  const comments = sum(code.map(({ commentLines }) => commentLines));
  const docs = sum(code.map(({ docLines }) => docLines));
  const tests = sum(lengths) - codeLines;
  return [
    { name: "file lines, median", value: quantile(lengths, 0.5), unit: "lines", goal: [0, 120] },
    {
      name: "files within 200 lines",
      value: percent(lengths.filter((one) => one <= 200).length, lengths.length),
      unit: "%",
      goal: [90, 100],
    },
    { name: "function lines, 95th percentile", value: quantile(functions, 0.95), unit: "lines", goal: [0, 45] },
    { name: "comment lines of code files", value: percent(comments, codeLines), unit: "%", goal: [12, 25] },
    { name: "doc comments of all comment lines", value: percent(docs, comments), unit: "%", goal: [50, 100] },
    { name: "test lines to code lines", value: round(tests / Math.max(1, codeLines)), unit: "", goal: [1, 2] },
    { name: "uses of any", value: sum(files.map(({ anys }) => anys)), unit: "", goal: [0, 0] },
  ];
}

const longestFile = 350;
const longestFunction = 70;

/** What no ratchet softens: each too long file and function, with its place. */
export function tooLong(files: readonly MeasuredFile[]): string[] {
  return files.flatMap(({ path, lines, functions }) => [
    ...(lines > longestFile ? [`${path}:1 has ${lines} lines: at most ${longestFile}, so find the second concept in it`] : []),
    ...functions
      .filter((one) => one.lines > longestFunction)
      .map(({ name, line, lines: length }) => `${path}:${line} ${name} has ${length} lines: at most ${longestFunction}, so name its steps`),
  ]);
}

/** Bounds included. */
export const withinGoal = ({ value, goal: [low, high] }: Figure): boolean => value >= low && value <= high;

/** How far off the goal; 0 within it. */
const distance = ({ value, goal: [low, high] }: Pick<Figure, "value" | "goal">): number => Math.max(low - value, value - high, 0);

/** A figure outside its goal may stay where it is held, and never move further away. */
export function worse(figure: Figure, held: Held): boolean {
  const before = held[figure.name];
  return distance(figure) > (before === undefined ? 0 : distance({ value: before, goal: figure.goal }));
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

const round = (value: number): number => Math.round(value * 100) / 100;

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : round((100 * part) / whole));

/** The nearest rank. */
function quantile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)] ?? 0;
}
