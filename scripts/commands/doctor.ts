import { resolve } from "node:path";
import { z } from "zod";
import type { Settings } from "../../infra/config/settings.ts";
import { lookAtMachine } from "../../infra/local-stack/machine.ts";
import type { Configured } from "../../infra/local-stack/profile.ts";
import { readRunning } from "../../infra/local-stack/running.ts";
import { dataDir as usualDataDir } from "../command-line/addresses.ts";
import { command } from "../command-line/command.ts";
import type { Context } from "../command-line/context.ts";
import { type Check, check } from "../doctor/check.ts";
import { connectionChecks } from "../doctor/connection-checks.ts";
import { machineChecks } from "../doctor/machine-checks.ts";

/** Changes nothing and creates nothing. A check that takes longer than ten seconds has failed. */
export const doctor = command({
  name: "doctor",
  summary: "Checks the machine, the configuration and the connections, and says what to do.",
  details: "Looks only. Exit code 1 where something fails that is needed here; what is missing but not needed is marked with a dash.",
  examples: ["gatewatch doctor", "gatewatch doctor --json | jq '.parts[] | select(.ok | not)'"],
  configured: true,
  options: z.strictObject({
    json: z.boolean().default(false).describe("one JSON object: parts[] {name, address, ok, detail}"),
    dataDir: z.string().optional().describe("of the local stack; .gatewatch in the checkout where left out"),
  }),
  async run({ json, dataDir }, io, context) {
    const checks = await checkAll(resolve(dataDir ?? usualDataDir()), context);
    if (json) io.out(JSON.stringify({ parts: checks.map(({ name, address, ok, detail }) => ({ name, address, ok, detail })) }, null, 2));
    else for (const one of checks) io.out(asLine(one));
    return checks.some(({ ok, needed }) => needed && !ok) ? 1 : 0;
  },
});

/** A configuration that is wrong is a check that failed, and what can be looked at without it still is. */
async function checkAll(dataDir: string, context: Context): Promise<Check[]> {
  let settings: Settings | undefined;
  const configuration = await check("configuration", context.given.config ?? "", true, async () => {
    settings = context.settings();
    return settings.namespace === "" ? "valid" : `valid, namespace ${settings.namespace}`;
  });
  const configured: Configured = {
    kafka: settings?.kafka.brokers.join(",") || undefined,
    registry: settings?.registry.url,
    clickhouse: settings?.clickhouse.url,
  };
  const machine = await machineChecks(await lookAtMachine(), configured, dataDir);
  const connections = settings === undefined ? [] : await connectionChecks(settings, readRunning(dataDir), context);
  return [...machine, configuration, ...connections];
}

const asLine = ({ name, address, ok, detail, needed }: Check): string => {
  const mark = ok ? "ok  " : needed ? "FAIL" : "-   ";
  return `${mark} ${name}${address === "" ? "" : ` (${address})`}: ${detail}`;
};
