import { dataFolder } from "./data-sets.ts";
import { bestLimit, found, kpi, kpiSeries, type Labelled, type Met, meet, scoresOf, withoutGap } from "./kpi-events.ts";

/** Series that were looked at while the detector was made; every setting was chosen on them. */
const lookedAt = new Set(["05f10d3a", "0efb375b", "4d2af31a", "7103fa0f"].map((id) => `aiops_kpi_${id}`));
/** The default of `metrics.limit`. */
const usual = 5;

/**
 * Prints the table of guide page 14 from public series of web services, in a minute or two:
 *
 *     npx node scripts/measure/anomalies-in-kpis.ts
 */
async function main(): Promise<void> {
  const folder = dataFolder("E_anomaly");
  const all: Measured[] = [];
  for (const series of kpiSeries(folder)) {
    const values = kpi(folder, series);
    const tested = async (given: readonly Labelled[]) => {
      const scores = await scoresOf(series, given);
      return { train: meet(given, scores, "train"), test: meet(given, scores, "test") };
    };
    all.push({ series, values: values.length, whole: await tested(withoutGap(values)), cut: await tested(values) });
  }
  say(`${all.length} series, ${all.reduce((sum, { values }) => sum + values, 0)} values`);
  say("| series | limit | events of the test part | precision | recall | F1 |");
  say("| --- | --- | --- | --- | --- | --- |");
  for (const { series, whole } of all) row(series, usual, [whole.test]);
  const others = all.filter(({ series }) => !lookedAt.has(series));
  const tests = (some: readonly Measured[]) => some.map(({ whole }) => whole.test);
  row("looked at", usual, tests(all.filter((one) => !others.includes(one))));
  row("others", usual, tests(others));
  row("all", usual, tests(all));
  row("all, limit of the train part", bestLimit(all.map(({ whole }) => whole.train)), tests(all));
  row(
    "others, test part begun anew",
    usual,
    others.map(({ cut }) => cut.test),
  );
  row(
    "all, test part begun anew",
    usual,
    all.map(({ cut }) => cut.test),
  );
}

/** One series as if it had run all along, and as it stands in the set, with a silence of days between its parts. */
interface Measured {
  readonly series: string;
  readonly values: number;
  readonly whole: { readonly train: Met; readonly test: Met };
  readonly cut: { readonly train: Met; readonly test: Met };
}

function row(name: string, limit: number, met: readonly Met[]): void {
  const { events, precision, recall, f1 } = found(met, limit);
  say(`| ${[name, limit.toFixed(1), events, precision.toFixed(2), recall.toFixed(2), f1.toFixed(2)].join(" | ")} |`);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

await main();
