import { pipelines } from "../../../pipelines/index.ts";
import type { Deployment } from "../deployment.ts";
import { falseAlertTable, verdictTable } from "./tables.ts";
import { faultsOfTrial, inputsOf, type Trial, type TrialTimes, trial } from "./trial.ts";
import { falseAlerts, verdicts } from "./verdicts.ts";

/** Each seed's trial with faults has 20 + 39 x 6 minutes, the calm one 20 + 60. */
const usual: TrialTimes = { warmUp: 20, fault: 2, every: 6, rounds: 3, calm: 60 };
const minuteMs = 60_000;

/** How a judge is run. */
export interface JudgeOptions {
  /** Hears how far it is. */
  say(line: string): void;
  /** Ends it; nothing is told then. */
  readonly stop: AbortSignal;
  readonly times?: TrialTimes;
}

/**
 * The detection table as lines of Markdown: for each seed a run of the deployment with every fault several times and one without
 * any, through every pipeline there is with its defaults, in this process. The same code and values give the same table.
 */
export async function judge(
  deployment: Deployment,
  seeds: readonly number[],
  { say, stop, times = usual }: JudgeOptions,
): Promise<string[]> {
  const chosen = pipelines.filter((one) => [...inputsOf([one])].some((topic) => topic.startsWith("moe.")));
  const topics = [...inputsOf(pipelines)].filter((name) => name.startsWith("moe."));
  say(`pipelines: ${chosen.map(({ name }) => name).join(", ")}; topics: ${topics.join(", ")}`);
  const startMs = Math.floor(Date.UTC(2026, 0, 1, 12) / deployment.windowMs) * deployment.windowMs;
  const faulty: Trial[] = [];
  const calm: Trial[] = [];
  for (const seed of seeds) {
    const run = (faults: ReturnType<typeof faultsOfTrial>, endMs: number) =>
      trial({ ...deployment, seed }, chosen, { startMs, endMs, faults, stop });
    const faults = faultsOfTrial(seed, startMs, times);
    const busy = await run(faults, (faults.at(-1)?.startMs ?? startMs) + times.every * minuteMs);
    if (stop.aborted) return [];
    faulty.push(busy);
    say(`seed ${seed}: ${busy.alerts.length} alerts with faults`);
    const calmFromMs = startMs + times.warmUp * minuteMs;
    const whole = await run([], calmFromMs + times.calm * minuteMs);
    if (stop.aborted) return [];
    const alerts = whole.alerts.filter(({ ts }) => ts / 1_000 >= calmFromMs);
    calm.push({ ...whole, alerts, startMs: calmFromMs });
    say(`seed ${seed}: ${alerts.length} alerts in ${times.calm} min without, ${whole.alerts.length - alerts.length} while warming up`);
  }
  return [...verdictTable(verdicts(faulty, calm)), "", ...falseAlertTable(falseAlerts(calm), seeds.length)];
}
