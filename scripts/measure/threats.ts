import { existsSync } from "node:fs";
import { dataFolder } from "./data-sets.ts";
import { httpSamples, isChatBody, loggedRequests, promptSamples, type Sample } from "./threat-sets.ts";
import { alertsOf, foundBy, foundTable } from "./threats-found.ts";

/**
 * Prints the tables of guide page 15 from public sets, run through `threats` with its defaults:
 *
 *     npx node scripts/measure/threats.ts
 */
async function main(): Promise<void> {
  const prompts = samplesBelow("C_prompts", promptSamples);
  const requests = [...samplesBelow("B_http_threats", httpSamples), ...prompts.filter(isChatBody)];
  const written = prompts.filter((one) => !isChatBody(one));
  await printTable("http.threat", requests);
  await printTable("prompt.injection", written);
  const logs = folderOf("D_access_logs");
  if (logs === undefined) return;
  for (const name of ["elastic_apache_10k", "ocatak_acunetix_scan"]) await printLog(logs, name);
}

/** None where the folder is missing, which is said. */
function samplesBelow(name: string, read: (folder: string) => Sample[]): Sample[] {
  const folder = folderOf(name);
  return folder === undefined ? [] : read(folder);
}

function folderOf(name: string): string | undefined {
  const folder = dataFolder(name);
  if (existsSync(folder)) return folder;
  process.stderr.write(`SKIPPED ${name}: ${folder} is not there; say with GATEWATCH_SHARED_DATA where the sets are\n`);
  return undefined;
}

async function printTable(kind: "http.threat" | "prompt.injection", samples: readonly Sample[]): Promise<void> {
  if (samples.length === 0) return;
  for (const line of foundTable(await foundBy(kind, samples))) say(line);
  say("");
}

/** As it came, and with a source for each line: how many look like an attack by themselves. Time is that of the processor. */
async function printLog(folder: string, name: string): Promise<void> {
  const requests = loggedRequests(folder, name);
  const [apart] = await foundBy(
    "http.threat",
    requests.map((content) => ({ set: name, isAttack: false, half: "first", content })),
  );
  const before = process.cpuUsage();
  const alerts = await alertsOf(requests);
  const { user, system } = process.cpuUsage(before);
  say(`${name}: ${requests.length} lines, ${alerts.length} alerts; ${apart?.found} of them look like an attack by themselves`);
  say(`${Math.round((1e6 * requests.length) / (user + system))} requests a second of one core`);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

await main();
