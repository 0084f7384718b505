import { parseArgs } from "node:util";
import { pipelines } from "../../../pipelines/index.ts";
import { usualDeployment } from "../deployment.ts";
import { falseAlertTable, verdictTable } from "./tables.ts";
import { faultsOfTrial, inputsOf, type Trial, type TrialTimes, trial } from "./trial.ts";
import { falseAlerts, verdicts } from "./verdicts.ts";

/**
 * The detection table of the guide: for each seed a run with every fault three times and an hour without any, through every pipeline
 * there is with its defaults, in this process.
 *
 *     node scripts/simulate/judge/judge.ts --seeds 1,2,3,4,5
 */
const usual: TrialTimes = { warmUp: 20, fault: 2, every: 6, rounds: 3 };
const calmMinutes = 60;
const startMs = Date.UTC(2026, 0, 1, 12);

/** Tables as lines of Markdown; `say` hears how far it is. */
export function judge(seeds: readonly number[], say: (line: string) => void, times = usual): string[] {
  const inputs = inputsOf(pipelines);
  const chosen = pipelines.filter((one) => [...inputsOf([one])].some((topic) => topic.startsWith("moe.")));
  say(
    `pipelines: ${chosen.map(({ name }) => name).join(", ")}; topics: ${[...inputs].filter((name) => name.startsWith("moe.")).join(", ")}`,
  );
  const faulty: Trial[] = [];
  const calm: Trial[] = [];
  for (const seed of seeds) {
    const deployment = { ...usualDeployment, seed };
    const faults = faultsOfTrial(seed, startMs, times);
    const endMs = (faults.at(-1)?.startMs ?? startMs) + times.every * 60_000;
    faulty.push(trial(deployment, chosen, startMs, endMs, faults));
    say(`seed ${seed}: ${faulty.at(-1)?.alerts.length} alerts with faults`);
    const calmFromMs = startMs + times.warmUp * 60_000;
    const whole = trial(deployment, chosen, startMs, calmFromMs + calmMinutes * 60_000, []);
    const alerts = whole.alerts.filter(({ ts }) => ts / 1_000 >= calmFromMs);
    calm.push({ ...whole, alerts, startMs: calmFromMs });
    say(`seed ${seed}: ${alerts.length} alerts in an hour without, ${whole.alerts.length - alerts.length} while warming up`);
  }
  return [...verdictTable(verdicts(faulty, calm)), "", ...falseAlertTable(falseAlerts(calm), seeds.length)];
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { seeds: { type: "string", default: "1,2,3,4,5" } } });
  const lines = judge(values.seeds.split(",").map(Number), (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${lines.join("\n")}\n`);
}
