import { dataFolder } from "./data-sets.ts";
import { type ForecastErrors, forecastErrors, type Promises } from "./forecast-errors.ts";
import { azure, mooncake, serveGen, type TraceWindow, windowsOf } from "./load-traces.ts";
import { replicaCosts, servedBy, wantedByScaling, wantedByTarget } from "./replica-costs.ts";

/**
 * Prints the tables of guide page 19 from public traces:
 *
 *     npx node scripts/measure/load-and-replicas.ts
 */
async function main(): Promise<void> {
  const folder = dataFolder("A_llm_traces");
  const horizonsS = [600, 1_800, 3_600];
  const large = serveGen(folder, "m-large");
  await printErrors("ServeGen m-large, windows of 10 min", large, { windowS: 600, horizonsS });
  await printErrors("ServeGen mm-image, windows of 10 min", serveGen(folder, "mm-image"), { windowS: 600, horizonsS });
  await printErrors("Azure, windows of 10 s", windowsOf(azure(folder), 10), { windowS: 10, horizonsS: [600] });
  await printErrors("Mooncake, windows of 10 s", windowsOf(mooncake(folder), 10), { windowS: 10, horizonsS: [600] });
  await printReplicas(large, 600);
}

async function printErrors(
  name: string,
  windows: readonly TraceWindow[],
  how: { windowS: number; horizonsS: readonly number[] },
): Promise<void> {
  say(`\n${name}: ${windows.length}`);
  say("| quantity | minutes ahead | half | WAPE % | of yesterday % | of level 0.9 held | told less: mean, held |");
  say("| --- | --- | --- | --- | --- | --- | --- |");
  const errors = await forecastErrors(windows, how);
  for (const one of errors.sort(byPlace)) {
    const { quantity, horizonS, half, wape, wapeOfYesterday, full, less } = one;
    const cells = [
      quantity,
      horizonS / 60,
      half,
      percent(wape),
      percent(wapeOfYesterday),
      kept(full),
      `${percent(less.told)}: ${kept(less)}`,
    ];
    say(`| ${cells.join(" | ")} |`);
  }
}

async function printReplicas(windows: readonly TraceWindow[], windowS: number): Promise<void> {
  const served = servedBy(windows, 60);
  const middle = Math.floor(windows.length / 2);
  say("\nReplicas, second half of m-large: short of replicas %, replica-hours by those of an oracle");
  for (const level of [0.8, 0.9, 0.96]) print(`scaling.level ${level}`, await wantedByScaling(windows, { windowS, level, served }));
  for (const target of [0.7, 0.6, 0.5]) print(`target ${target}`, wantedByTarget(windows, { target, served, first: 60 }));

  function print(name: string, wanted: readonly number[]): void {
    const { short, hours } = replicaCosts(windows, wanted, { served, from: middle });
    say(`| ${name} | ${percent(short)} | ${hours.toFixed(2)} |`);
  }
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const percent = (share: number): string => (Number.isNaN(share) ? "-" : (100 * share).toFixed(1));
const kept = ({ count, held }: Promises): string => (count === 0 ? "-" : `${percent(held)} % of ${count}`);
const quantities: readonly ForecastErrors["quantity"][] = ["requests", "inputTokens", "outputTokens"];
const byPlace = (a: ForecastErrors, b: ForecastErrors): number =>
  quantities.indexOf(a.quantity) - quantities.indexOf(b.quantity) || a.horizonS - b.horizonS || a.half.localeCompare(b.half);

await main();
