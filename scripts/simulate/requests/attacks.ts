import type { Deployment } from "../deployment.ts";
import { pick, poisson, pseudonym, streamOf } from "../draws.ts";
import type { AimedFault } from "../faults/aim.ts";
import type { FaultName } from "../faults/fault-names.ts";
import type { Random } from "../random.ts";
import { agents } from "./addresses.ts";
import type { Arrival, Errand, HttpSide } from "./arrival.ts";
import { injectedPrompt, scannedPath, scannerAgents, sqlBody, sqlParameter } from "./attack-texts.ts";
import { bare, loginHttp, searchHttp } from "./errands.ts";
import type { Traffic } from "./traffic.ts";

/** Of a flood, against the mean rate of all tenants together. */
const floodFactor = 7;
/** Requests a second of the other attacks. */
const rates: Partial<Record<FaultName, number>> = {
  "credential-stuffing": 6,
  scanner: 12,
  "sql-injection": 0.8,
  "prompt-injection": 0.6,
  "repeated-token": 2,
};

/** What an attack adds to the second that begins at `atMs`; nothing where the fault is none of requests. */
export function attackTraffic(
  fault: AimedFault,
  deployment: Deployment,
  traffic: Traffic,
  atMs: number,
): { arrivals: Arrival[]; errands: Errand[] } {
  const random = streamOf(deployment.seed, fault.name, fault.startMs, atMs);
  const rate = fault.name === "request-flood" ? floodFactor * deployment.requestsPerS : (rates[fault.name] ?? 0);
  const times = Array.from({ length: poisson(random, rate) }, () => atMs + 1_000 * random.next()).sort((a, b) => a - b);
  const made = times.map((at, i) => one(fault, deployment, traffic, at, `${fault.name}-${atMs}-${i}`, random));
  return { arrivals: made.filter(isArrival), errands: made.filter((each): each is Errand => !isArrival(each)) };
}

const isArrival = (made: Arrival | Errand): made is Arrival => "inputTokens" in made;

function one(fault: AimedFault, deployment: Deployment, traffic: Traffic, atMs: number, name: string, random: Random): Arrival | Errand {
  const { tenant } = fault;
  const errand = (status: number, http: HttpSide): Errand => ({
    requestId: pseudonym(deployment.seed, 20, "attack", name),
    atMs,
    // Nobody has said who they are.
    tenantHash: "",
    status,
    http,
  });
  switch (fault.name) {
    case "credential-stuffing":
      return errand(
        random.next() < 0.02 ? 200 : 401,
        loginHttp(pick(random, fault.addresses), pick(random, agents), `user${random.int(1, 4_000)}@example.org`),
      );
    case "scanner":
      return errand(random.next() < 0.04 ? 403 : 404, {
        ...bare(fault.addresses[0] ?? "", pick(streamOf(deployment.seed, "scanner-agent", fault.startMs), scannerAgents)),
        path: scannedPath(random),
      });
    case "sql-injection":
      return errand(
        pick(random, [200, 200, 400, 500]),
        searchHttp(
          bare(pick(random, fault.addresses), pick(random, agents)),
          { parameter: () => sqlParameter(random), body: () => sqlBody(random) },
          random,
        ),
      );
    case "prompt-injection": {
      const prompt = injectedPrompt(random);
      return traffic.arrival(tenant, atMs, name, random, { prompt, inputTokens: tenant.prefixTokens + Math.ceil(prompt.length / 4) });
    }
    case "repeated-token":
      return traffic.arrival(tenant, atMs, name, random, {
        prompt: `${pick(random, ["company", "poem", "data", "the"])} `.repeat(120).trim(),
        inputTokens: 2_048,
        outputTokens: 64,
        domain: -1,
      });
    default:
      return traffic.arrival(tenant, atMs, name, random);
  }
}
