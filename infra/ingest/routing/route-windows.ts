import { Fault } from "../../../schemas/faults/fault.ts";
import type { RouterEventInput } from "../../../schemas/types/avro.ts";
import { type LayerScope, LayerWindow } from "./layer-window.ts";
import type { TokenRoute } from "./token-route.ts";

/** How an instance routes: what no token can tell. */
export interface GateShape {
  readonly numExperts: number;
  /** Experts chosen a token. */
  readonly topK: number;
  readonly source: RouterEventInput["source"];
  /** For routes that name none. */
  readonly deploymentId: string;
  readonly instanceId: string;
}

/** Times in milliseconds. */
export interface RouteWindowOptions {
  readonly windowMs: number;
  /** How long after a window's end, by the tokens' own time, tokens of it are still counted. */
  readonly graceMs: number;
  /**
   * Windows open at once, and 256 times as many experts in them (16 bytes each); beyond either, windows are closed early. A layer
   * and phase of an instance has one or two.
   */
  readonly maxOpen: number;
}

/** One engine's clock: how far its tokens have come. */
interface Engine {
  newest: number;
  /** Windows that end by then are closed. */
  closedTo: number;
  /** The end of the window that is due first. */
  nextEnd: number;
  /** When its last token came, by the caller's clock. */
  usedMs: number;
  readonly open: Map<string, LayerWindow>;
}

/** Engines remembered; of more, the one that has been silent longest is closed and forgotten. */
const maxEngines = 1_000;
/** What a window has on average where the bounds on windows and on their experts are met at once. */
const expertsAWindow = 256;

/**
 * Counts tokens into windows of `moe.router` by the tokens' own time; no clock is read. A window is closed once a token of the
 * same instance is `graceMs` past its end. Tokens of a closed window are counted in `late` and left out, for a second event of
 * one window would be taken for a second window.
 */
export class RouteWindows {
  readonly #options: RouteWindowOptions;
  readonly #engines = new Map<string, Engine>();
  #open = 0;
  #openExperts = 0;
  /** Tokens that came after their window was closed. */
  late = 0;
  /** Tokens that were padding: every choice -1. */
  padding = 0;
  /** Windows that were closed early for want of room. */
  crowdedOut = 0;

  constructor(options: RouteWindowOptions) {
    this.#options = options;
  }

  /** The number of open windows. */
  get open(): number {
    return this.#open;
  }

  /** The experts of all open windows: what their memory goes by. */
  get openExperts(): number {
    return this.#openExperts;
  }

  /**
   * The windows that this token closes. `nowMs` is of any clock, for `closeSilent`. Throws GW_RECORD_SENSELESS for experts that the
   * gate does not have.
   */
  add(route: TokenRoute, shape: GateShape, nowMs = 0): RouterEventInput[] {
    const { layer, experts, ts, phase = "MIXED", deploymentId = shape.deploymentId, instanceId = shape.instanceId } = route;
    const { numExperts, topK, source } = shape;
    const highest = Math.max(...experts);
    if (highest >= numExperts) throw new Fault("GW_RECORD_SENSELESS", `expert ${highest} of ${numExperts}: they are numbered from 0`);
    if (experts.length > topK) throw new Fault("GW_RECORD_SENSELESS", `${experts.length} experts are chosen, topK is ${topK}`);
    if (highest < 0) {
      this.padding += 1;
      return [];
    }
    const closed: RouterEventInput[] = [];
    const engine = this.#engine(JSON.stringify([deploymentId, instanceId]), closed);
    engine.usedMs = nowMs;
    const lengthUs = this.#options.windowMs * 1000;
    const start = Math.floor(ts / lengthUs) * lengthUs;
    if (start < engine.closedTo) {
      this.late += 1;
      return closed;
    }
    const key = JSON.stringify([start, layer, phase, numExperts, topK, source]);
    let window = engine.open.get(key);
    if (window === undefined) {
      const scope: LayerScope = { deploymentId, instanceId, source, numExperts, topK, layer, phase };
      window = new LayerWindow(scope, start, start + lengthUs);
      engine.open.set(key, window);
      engine.nextEnd = Math.min(engine.nextEnd, window.end);
      this.#open += 1;
      this.#openExperts += numExperts;
    }
    window.add(route);
    if (ts > engine.newest) {
      engine.newest = ts;
      closed.push(...this.#closeTo(engine, engine.newest - this.#options.graceMs * 1000));
    }
    while (this.#isCrowded()) closed.push(...this.#makeRoom(engine));
    return closed;
  }

  /** Closes the windows of every instance whose last token came at `sinceMs` or before. */
  closeSilent(sinceMs: number): RouterEventInput[] {
    const closed: RouterEventInput[] = [];
    for (const engine of this.#engines.values()) {
      // In the order of their last tokens.
      if (engine.usedMs > sinceMs) break;
      closed.push(...this.#closeTo(engine, Number.POSITIVE_INFINITY));
    }
    return closed;
  }

  /** Closes every window, as where the program ends. */
  flush(): RouterEventInput[] {
    return [...this.#engines.values()].flatMap((engine) => this.#closeTo(engine, Number.POSITIVE_INFINITY));
  }

  #engine(name: string, closed: RouterEventInput[]): Engine {
    const known = this.#engines.get(name);
    if (known !== undefined) {
      // Moved to the end: the first is the one that has been silent longest.
      this.#engines.delete(name);
      this.#engines.set(name, known);
      return known;
    }
    const [oldest] = this.#engines;
    if (this.#engines.size >= maxEngines && oldest !== undefined) {
      closed.push(...this.#closeTo(oldest[1], Number.POSITIVE_INFINITY));
      this.#engines.delete(oldest[0]);
    }
    const engine: Engine = { newest: 0, closedTo: 0, nextEnd: Number.POSITIVE_INFINITY, usedMs: 0, open: new Map() };
    this.#engines.set(name, engine);
    return engine;
  }

  /** In order of start, layer and phase. */
  #closeTo(engine: Engine, time: number): RouterEventInput[] {
    if (engine.nextEnd > time) return [];
    const due: LayerWindow[] = [];
    engine.nextEnd = Number.POSITIVE_INFINITY;
    for (const [key, window] of engine.open) {
      if (window.end > time) {
        engine.nextEnd = Math.min(engine.nextEnd, window.end);
        continue;
      }
      due.push(window);
      engine.open.delete(key);
      engine.closedTo = Math.max(engine.closedTo, window.end);
    }
    this.#open -= due.length;
    this.#openExperts -= due.reduce((sum, { scope }) => sum + scope.numExperts, 0);
    return due.toSorted(inOrder).map((window) => window.value());
  }

  #isCrowded(): boolean {
    const { maxOpen } = this.#options;
    return this.#open > maxOpen || this.#openExperts > maxOpen * expertsAWindow;
  }

  /** Of the engine that asks for room: everything but its newest windows, and those too where that is not enough. */
  #makeRoom(engine: Engine): RouterEventInput[] {
    const starts = [...engine.open.values()].map(({ start }) => start);
    const newest = Math.max(...starts);
    const oldest = Math.min(...starts);
    const closed = this.#closeTo(engine, oldest < newest ? newest : Number.POSITIVE_INFINITY);
    this.crowdedOut += closed.length;
    return closed;
  }
}

const inOrder = (a: LayerWindow, b: LayerWindow): number =>
  a.start - b.start || a.scope.layer - b.scope.layer || (a.scope.phase < b.scope.phase ? -1 : 1);
