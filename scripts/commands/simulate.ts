import { z } from "zod";
import { Fault } from "../../schemas/faults/fault.ts";
import { isoMicros } from "../../schemas/json/iso-time.ts";
import { command } from "../command-line/command.ts";
import { output } from "../command-line/files.ts";
import type { Io } from "../command-line/io.ts";
import { Progress } from "../command-line/progress.ts";
import { type Deployment, usualDeployment } from "../simulate/deployment.ts";
import { faultNames } from "../simulate/faults/fault-names.ts";
import { durationMs, plannedFault } from "../simulate/faults/fault-text.ts";
import { judge } from "../simulate/judge/judge.ts";
import { sendSimulated } from "../simulate/send-simulated.ts";
import { simulation } from "../simulate/simulation.ts";
import { simulatedTopics } from "../simulate/slice.ts";

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const usual = usualDeployment;

const options = z.strictObject({
  seed: whole(-(2 ** 31), 2 ** 31 - 1)
    .default(usual.seed)
    .describe("another one gives another deployment and other traffic"),
  duration: z.string().optional().describe("how long, in event time: 90s, 10m, 1h30m; 1h where left out"),
  start: z.string().optional().describe("begin in event time, ISO 8601; 2026-01-01T12:00:00Z where left out, now with --to-topics"),
  deployment: z.string().default(usual.deploymentId).describe("name of the deployment"),
  instances: whole(1, 64).default(usual.instances).describe("engines behind one address"),
  layers: whole(1, 200).default(usual.layers).describe("MoE layers"),
  experts: whole(2, 1_024).default(usual.experts).describe("experts a layer, a multiple of --ranks"),
  topK: whole(1, 64).default(usual.topK).describe("experts a token is sent to"),
  ranks: whole(1, 512).default(usual.ranks).describe("GPUs an instance spreads its experts over"),
  requests: z.coerce.number().positive().max(10_000).default(usual.requestsPerS).describe("requests a second, mean over a day"),
  windowS: whole(1, 60)
    .default(usual.windowMs / 1_000)
    .describe("length of a router window, in seconds"),
  load: z.boolean().default(false).describe("also moe.load, a window a minute, as a gateway that counts would send it"),
  fault: z
    .array(z.string())
    .default([])
    .describe(`repeatable, NAME@BEGIN+LENGTH such as dead-expert@10m+5m; names: ${faultNames.join(", ")}`),
  topics: z
    .string()
    .optional()
    .describe(`only these, comma separated; all where left out: ${simulatedTopics.join(", ")}`),
  judge: z
    .string()
    .optional()
    .describe("instead of events the detection table of such a deployment over these seeds, such as 1,2,3; minutes a seed"),
  out: z.string().optional().describe("JSON Lines for `apply` to this file; stdout where left out"),
  toTopics: z.boolean().default(false).describe("to the topics of the configured or running stack instead, at the pace of a clock"),
  speed: z.coerce.number().positive().max(1_000).default(1).describe("with --to-topics: seconds of event time in one second"),
});
type Options = z.infer<typeof options>;

/** `--to-topics` ends with its duration or a signal; a broker that is away is waited for. */
export const simulate = command({
  name: "simulate",
  summary: "A seeded MoE deployment with faults and attacks to choose from, as JSON Lines or to topics.",
  details:
    "Writes moe.router, moe.expert, moe.request and moe.metric as one deployment would, and gatewatch.injection: what was injected, where and when, which no pipeline reads. The same options give the same bytes.",
  examples: [
    "gatewatch simulate --duration 20m --fault router-collapse@10m+1m --out simulated.jsonl",
    "gatewatch simulate --duration 20m --fault hot-expert@10m+1m --topics moe.router | gatewatch apply router-windows",
    "gatewatch simulate --judge 1,2,3",
    "gatewatch simulate --to-topics --duration 1h --deployment trial --fault request-flood@10m+2m",
  ],
  configured: true,
  lasting: true,
  options,
  async run(given, io, context) {
    const deployment = deploymentOf(given);
    if (given.judge !== undefined) return await judged(given.judge, given, io, context.stop);
    const { duration = "1h" } = given;
    const lasts = durationMs(duration);
    if (lasts === undefined || lasts < deployment.windowMs)
      throw new Fault("GW_USAGE", `--duration ${duration}: at least one router window is wanted, such as 10m`);
    if (given.toTopics && given.out !== undefined) throw new Fault("GW_USAGE", "--out and --to-topics exclude each other");
    const startMs = Math.floor(startOf(given) / deployment.windowMs) * deployment.windowMs;
    const faults = given.fault.map((text) => plannedFault(text, startMs)).sort((a, b) => a.startMs - b.startMs);
    const wanted = topicsOf(given);
    const slices = simulation(deployment, startMs, faults)
      .take(Math.ceil(lasts / 1_000))
      .map(({ endMs, events }) => ({ endMs, events: events.filter(({ topic }) => wanted.has(topic)) }));
    if (given.toTopics) {
      const settings = context.settings();
      const sent = await sendSimulated(slices, { io, context, settings, startMs, speed: given.speed });
      io.note(`${sent} events sent`);
      return 0;
    }
    const sink = await output(given.out, io, undefined);
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1_000;
    let events = 0;
    const progress = new Progress(io, () => `${events} events in ${seconds().toFixed(1)} s`);
    for (const slice of slices) {
      for (const { topic, value } of slice.events) sink.line(JSON.stringify({ topic, value }));
      events += slice.events.length;
      await sink.room();
      progress.step();
      if (context.stop.aborted) break;
    }
    await sink.end();
    io.note(`${events} events, ${(events / Math.max(seconds(), 0.001)).toFixed(0)} a second`);
    return 0;
  },
});

/** 1 where it was stopped before there was a table. */
async function judged(text: string, given: Options, io: Io, stop: AbortSignal): Promise<number> {
  const { duration, start, topics, out } = given;
  if ([duration, start, topics, out].some((one) => one !== undefined) || given.fault.length > 0 || given.toTopics)
    throw new Fault("GW_USAGE", "--judge has its own faults and times and prints a table: only options of the deployment go with it");
  const seeds = text.split(",").map(Number);
  if (!/^-?\d{1,9}(,-?\d{1,9})*$/.test(text)) throw new Fault("GW_USAGE", `--judge ${text}: seeds such as 1,2,3 are wanted`);
  const lines = await judge(deploymentOf(given), seeds, { say: (line) => io.note(line), stop });
  for (const line of lines) io.out(line);
  return lines.length === 0 ? 1 : 0;
}

function deploymentOf({ seed, deployment, instances, layers, experts, topK, ranks, requests, windowS, load }: Options): Deployment {
  if (experts % ranks !== 0) throw new Fault("GW_USAGE", `--experts ${experts}: a multiple of --ranks (${ranks}) is wanted`);
  if (topK > experts / 2)
    throw new Fault("GW_USAGE", `--top-k ${topK}: at most half of the experts (${experts}), or there is little to route`);
  return {
    ...usual,
    ...{ seed, deploymentId: deployment, instances, layers, experts, topK, ranks, requestsPerS: requests },
    windowMs: windowS * 1_000,
    loadEveryMs: load ? 60_000 : 0,
  };
}

function topicsOf({ topics }: Options): ReadonlySet<string> {
  const wanted = topics?.split(",").map((name) => name.trim()) ?? simulatedTopics;
  const unknown = wanted.find((name) => !(simulatedTopics as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Fault("GW_USAGE", `--topics ${unknown}: there are ${simulatedTopics.join(", ")}`);
  return new Set(wanted);
}

/** 2026 by default and not today, so that the same words give the same bytes on any day. */
function startOf({ start, toTopics }: Options): number {
  if (start === undefined) return toTopics ? Date.now() : Date.UTC(2026, 0, 1, 12);
  const at = isoMicros(start);
  if (at === undefined) throw new Fault("GW_USAGE", `--start ${start}: a time such as 2026-01-31T12:00:00Z is wanted`);
  return at / 1_000;
}
