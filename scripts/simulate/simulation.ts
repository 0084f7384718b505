import type { InjectionInput } from "../../schemas/types/avro.ts";
import type { Deployment } from "./deployment.ts";
import { type AimedFault, aimed } from "./faults/aim.ts";
import type { PlannedFault } from "./faults/fault-names.ts";
import { injection } from "./faults/injections.ts";
import { Instance } from "./instance.ts";
import { attackTraffic } from "./requests/attacks.ts";
import { LoadCounts } from "./requests/load-counts.ts";
import { errandEvent } from "./requests/request-events.ts";
import { Traffic } from "./requests/traffic.ts";
import { Placements } from "./routing/placement.ts";
import { Popularity } from "./routing/popularity.ts";
import { type Made, request, type Slice } from "./slice.ts";

const sliceMs = 1_000;

/**
 * A deployment second by second from `startMs` (whole seconds) on, without end: requests that are asked, queued, computed and
 * answered, routers and GPUs at work for them, metrics of the engines, and the faults given. Deterministic: the same values give
 * the same events. Faults should be given in order of their begin and may be endless; they begin and end with router windows.
 */
export function* simulation(deployment: Deployment, startMs: number, faults: Iterable<PlannedFault>): Generator<Slice> {
  const popularity = new Popularity(deployment);
  const traffic = new Traffic(deployment);
  const placements = new Placements(deployment, popularity);
  const instances = Array.from(
    { length: deployment.instances },
    (_, index) => new Instance(deployment, index, popularity, placements, startMs),
  );
  const schedule = new Schedule(faults, deployment.windowMs, (fault) => aimed(fault, deployment, popularity, traffic.tenants));
  const loads = deployment.loadEveryMs > 0 ? new LoadCounts(deployment, startMs) : undefined;
  for (let atMs = startMs; ; atMs += sliceMs) {
    const endMs = atMs + sliceMs;
    const known = schedule.upTo(endMs);
    const active = known.filter((fault) => fault.startMs <= atMs && atMs < fault.endMs);
    const made: Made[] = schedule.turns(atMs, endMs).map(({ fault, phase, turnMs }) => ({
      atMs: turnMs,
      event: { topic: "gatewatch.injection", value: { ...(injection(fault, phase, deployment) satisfies InjectionInput) } },
    }));
    const parts = [traffic.second(atMs), ...active.map((fault) => attackTraffic(fault, deployment, traffic, atMs))];
    for (const errand of parts.flatMap(({ errands }) => errands)) made.push(request(errandEvent(deployment, errand)));
    const arrivals = parts.flatMap((part) => part.arrivals).sort((a, b) => a.atMs - b.atMs);
    // Round robin is how a gateway spreads what it knows nothing of; the clock keeps the turn over a restart.
    for (const [i, one] of instances.entries()) {
      const own = arrivals.filter((_, turn) => (Math.floor(atMs / sliceMs) + turn) % instances.length === i);
      made.push(...one.second(atMs, own, known));
    }
    made.sort((a, b) => a.atMs - b.atMs);
    const events = made.map(({ event }) => event);
    yield { endMs, events: loads === undefined ? events : [...events, ...loads.count(events, endMs)] };
  }
}

/** Wherever a fault begins and ends in them: a router window has one count, and cannot show a part of itself. */
const inWholeWindows = ({ name, startMs, endMs }: PlannedFault, windowMs: number): PlannedFault => ({
  name,
  startMs: Math.floor(startMs / windowMs) * windowMs,
  endMs: Math.ceil(endMs / windowMs) * windowMs,
});

interface Turn {
  readonly fault: AimedFault;
  readonly phase: "STARTED" | "ENDED";
  readonly turnMs: number;
}

/** How long a fault that is over still matters: a placement that was rolled back keeps its version. */
const rememberedMs = 24 * 3_600_000;

/** Faults as they come up: each is aimed once, and forgotten a day after its end. */
class Schedule {
  readonly #faults: Iterator<PlannedFault>;
  readonly #windowMs: number;
  readonly #aim: (fault: PlannedFault) => AimedFault;
  #next: PlannedFault | undefined;
  #known: AimedFault[] = [];

  constructor(faults: Iterable<PlannedFault>, windowMs: number, aim: (fault: PlannedFault) => AimedFault) {
    this.#faults = faults[Symbol.iterator]();
    this.#windowMs = windowMs;
    this.#aim = aim;
    this.#advance();
  }

  /** All that begin before `endMs`. */
  upTo(endMs: number): readonly AimedFault[] {
    if (this.#known.some((fault) => fault.endMs < endMs - rememberedMs))
      this.#known = this.#known.filter((fault) => fault.endMs >= endMs - rememberedMs);
    while (this.#next !== undefined && this.#next.startMs < endMs) {
      this.#known.push(this.#aim(this.#next));
      this.#advance();
    }
    return this.#known;
  }

  /** Begins and ends from `fromMs` to before `toMs`. */
  turns(fromMs: number, toMs: number): Turn[] {
    const isNow = (ms: number) => ms >= fromMs && ms < toMs;
    return this.#known.flatMap((fault): Turn[] => [
      ...(isNow(fault.startMs) ? [{ fault, phase: "STARTED", turnMs: fault.startMs } as const] : []),
      ...(isNow(fault.endMs) ? [{ fault, phase: "ENDED", turnMs: fault.endMs } as const] : []),
    ]);
  }

  #advance(): void {
    const { done, value } = this.#faults.next();
    this.#next = done === true ? undefined : inWholeWindows(value, this.#windowMs);
  }
}
