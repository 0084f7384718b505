import type { Verdict } from "./verdicts.ts";

/** The detection table in Markdown: a row a fault, gaps included. */
export function verdictTable(verdicts: readonly Verdict[]): string[] {
  return [
    "| fault | found | while on | after, seconds: median (least to most) | by | by chance |",
    "|---|---|---|---|---|---|",
    ...verdicts.map(({ fault, injected, found, whileOn, by, afterS, byChance }) => {
      const after = afterS === undefined ? "" : `${figure(afterS.median)} (${figure(afterS.least)} to ${figure(afterS.most)})`;
      const kinds = by.map(([kind, times]) => `\`${kind}\` ${times}`).join(", ");
      return `| ${fault} | ${found} of ${injected} | ${whileOn} | ${after} | ${found === 0 ? "nothing" : kinds} | ${(100 * byChance).toFixed(0)} % |`;
    }),
  ];
}

/** False alerts an hour in Markdown: a row a kind and one for all, mean over the seeds and the spread. */
export function falseAlertTable(rates: ReadonlyMap<string, readonly number[]>, trials: number): string[] {
  const all = Array.from({ length: trials }, (_, place) => [...rates.values()].reduce((sum, one) => sum + (one[place] ?? 0), 0));
  const row = (kind: string, each: readonly number[]) =>
    `| ${kind} | ${figure(each.reduce((sum, one) => sum + one, 0) / each.length)} | ${figure(Math.min(...each))} to ${figure(Math.max(...each))} |`;
  return [
    "| kind | an hour | by seed |",
    "|---|---|---|",
    ...[...rates].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, each]) => row(`\`${kind}\``, each)),
    row("all", all),
  ];
}

const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
