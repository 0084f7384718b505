import type { Deployment } from "../deployment.ts";
import { gamma, logNormal, pick, poisson, pseudonym, streamOf, wander, weighted } from "../draws.ts";
import type { Random } from "../random.ts";
import { domains } from "../routing/popularity.ts";
import { type Arrival, blocksOf, type Errand, type HttpSide } from "./arrival.ts";
import { errand } from "./errands.ts";
import { prompt } from "./prompts.ts";
import { type Tenant, tenants } from "./tenants.ts";

const hourMs = 3_600_000;
/** Above and below the mean of the day, at three in the afternoon and at night. */
const daySwing = 0.3;
/** Deviation of the logarithm of a tenant's rate, which wanders over some minutes. */
const moodSigma = 0.35;
/** Of the gamma noise on a second's rate: the lower, the burstier. 6 gives gaps with a coefficient of variation above 1. */
const burstShape = 6;
/** Requests for anything but the model, a model request. */
const errandShare = 0.08;
/** Of conversations that go on with another turn. */
const turnShare = 0.35;
const mostTokens = 4_096;

/** Everyday traffic second by second: who asks what, of which length, from where. Each second has chance of its own. */
export class Traffic {
  readonly tenants: readonly Tenant[];
  readonly #deployment: Deployment;
  /** Conversations that may go on, the oldest first; at most a few for each tenant. */
  readonly #open = new Map<string, { sessionId: string; tokens: number; hashIds: readonly number[] }[]>();

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.tenants = tenants(deployment);
  }

  /** What comes in the second that begins at `atMs`, in order of time. */
  second(atMs: number): { arrivals: Arrival[]; errands: Errand[] } {
    const { seed, requestsPerS } = this.#deployment;
    const random = streamOf(seed, "traffic", atMs);
    const rate = requestsPerS * dayShape(atMs) * (gamma(random, burstShape) / burstShape);
    const weights = this.tenants.map(({ weight, hash }) => weight * Math.exp(moodSigma * wander(seed, hash, atMs, 240_000)));
    const times = (count: number) => Array.from({ length: count }, () => atMs + 1_000 * random.next()).sort((a, b) => a - b);
    const someone = (): Tenant => this.tenants[weighted(random, weights)] as Tenant;
    const arrivals = times(poisson(random, rate)).map((at, i) => this.arrival(someone(), at, `${atMs}-${i}`, random));
    const errands = times(poisson(random, rate * errandShare)).map((at, i) => errand(seed, someone(), at, `${atMs}-e${i}`, random));
    return { arrivals, errands };
  }

  /** A request of this tenant, with what is special about it in `more`. `name` tells it from every other. */
  arrival(tenant: Tenant, atMs: number, name: string, random: Random, more: Partial<Arrival> = {}): Arrival {
    const { seed } = this.#deployment;
    const domain = random.next() < 0.75 ? tenant.domain : random.int(0, domains.length - 1);
    const text = more.prompt ?? prompt(random, domains[domain] ?? "chat");
    const turn = this.#turn(tenant, name, random, more.inputTokens);
    const outputTokens = more.outputTokens ?? clamped(logNormal(random, tenant.outputTokens, 0.7));
    return {
      requestId: pseudonym(seed, 20, "request", name),
      atMs,
      tenantHash: tenant.hash,
      apiKeyHash: tenant.apiKeyHash,
      userHash: pseudonym(seed, 12, "user", tenant.hash, random.int(0, 40)),
      sloClass: tenant.sloClass,
      domain,
      outputTokens,
      maxTokens: outputTokens > 512 ? mostTokens : 512,
      prompt: text,
      http: chatHttp(tenant, text, random),
      ...turn,
      ...more,
    };
  }

  /** Another turn of a conversation that is open, or a new one: its ids begin with those of what came before. */
  #turn(tenant: Tenant, name: string, random: Random, given: number | undefined): Pick<Arrival, "sessionId" | "inputTokens" | "hashIds"> {
    const open = this.#open.get(tenant.hash) ?? [];
    const before = given === undefined && random.next() < turnShare ? open.splice(random.int(0, open.length), 1)[0] : undefined;
    const own = given ?? clamped(logNormal(random, tenant.inputTokens, 0.9));
    const inputTokens = given ?? Math.min(mostTokens, (before?.tokens ?? tenant.prefixTokens) + own);
    const hashIds = [...(before?.hashIds ?? this.#prefix(tenant))];
    while (hashIds.length < blocksOf(inputTokens)) hashIds.push(random.int(1, 2 ** 40));
    hashIds.length = blocksOf(inputTokens);
    const sessionId = before?.sessionId ?? pseudonym(this.#deployment.seed, 12, "session", name);
    if (given === undefined && inputTokens < mostTokens) open.push({ sessionId, tokens: inputTokens, hashIds });
    this.#open.set(tenant.hash, open.slice(-8));
    return { sessionId, inputTokens, hashIds };
  }

  #prefix({ hash, prefixTokens }: Tenant): number[] {
    const random = streamOf(this.#deployment.seed, "prefix", hash);
    return Array.from({ length: blocksOf(prefixTokens) }, () => random.int(1, 2 ** 40));
  }
}

/** 1 on average over a day. */
export const dayShape = (atMs: number): number => 1 + daySwing * Math.sin((2 * Math.PI * (atMs / hourMs - 9)) / 24);

function chatHttp(tenant: Tenant, text: string, random: Random): HttpSide {
  return {
    sourceIp: pick(random, tenant.addresses),
    userAgent: tenant.agent,
    method: "POST",
    path: "/v1/chat/completions",
    headers: { "content-type": "application/json", accept: random.next() < 0.5 ? "application/json" : "text/event-stream" },
    body: JSON.stringify({ model: "sim-moe", messages: [{ role: "user", content: text }] }),
  };
}

const clamped = (tokens: number): number => Math.min(mostTokens, Math.max(4, Math.round(tokens)));
