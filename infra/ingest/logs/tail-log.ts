import { setTimeout as after } from "node:timers/promises";
import { outputId } from "../../../operators/stream/output-id.ts";
import { Fault, faultOf } from "../../../schemas/faults/fault.ts";
import type { FaultCode } from "../../../schemas/faults/faults.ts";
import type { Intake } from "../intake.ts";
import type { BadLine, BadLines } from "./bad-lines.ts";
import { FileFollower } from "./file-follower.ts";
import type { CutLine } from "./line-cutter.ts";
import { longestLineBytes } from "./line-cutter.ts";
import type { LineOrigin, LogFormat } from "./log-format.ts";
import { Waker } from "./waker.ts";

/** One tailed file. Times in milliseconds. */
export interface TailOptions {
  readonly format: LogFormat;
  readonly path: string;
  /** Where positions are kept. */
  readonly stateDir: string;
  readonly badLines: BadLines;
  /** Where a file begins of which no position is known. */
  readonly from?: "beginning" | "end";
  readonly deploymentId?: string;
  readonly tenantHash?: LineOrigin["tenantHash"];
  readonly pollMs?: number;
  readonly rotateWaitMs?: number;
  /** How long to wait before what was refused for lack of room or of Kafka is given again: at first, and at most. */
  readonly retryMs?: { readonly first: number; readonly most: number };
}

/** A running way in. */
export interface RunningTail {
  /** Lines so far: given to Kafka, put aside as bad, and passed over as none of the format's. */
  readonly counts: { readonly taken: number; readonly bad: number; readonly passed: number };
  /** Resolves when the position is on the disk and nothing runs any more. */
  stop(): Promise<void>;
}

const sayEveryMs = 10_000;
const saveEveryMs = 500;

/**
 * Follows a log into its topic. Each line reaches Kafka at least once and in order; after a restart the lines of the last half
 * second may come again, with the same `eventId` (and `requestId`, where it is derived). A line that gives no record goes to the
 * dead-letter topic with its bytes. While the intake is full or Kafka is away it waits, and holds one piece of the file, no more.
 * Clock: only for waiting. GW_CONFIG_INVALID from `open` where the position file holds something else.
 */
export async function startTail(
  options: TailOptions,
  intake: Intake,
  say: (line: string) => void,
  stop: AbortSignal,
): Promise<RunningTail> {
  const tail = new LogTail(options, intake, say);
  await tail.open();
  const own = new AbortController();
  const ended = tail.run(AbortSignal.any([stop, own.signal]));
  return {
    counts: tail.counts,
    async stop() {
      own.abort();
      await ended;
    },
  };
}

class LogTail {
  readonly #options: TailOptions;
  readonly #intake: Intake;
  readonly #say: (line: string) => void;
  readonly #follower: FileFollower;
  readonly counts = { taken: 0, bad: 0, passed: 0 };
  #unsaid = 0;
  #saidAt = -sayEveryMs;
  #savedAt = 0;

  constructor(options: TailOptions, intake: Intake, say: (line: string) => void) {
    this.#options = options;
    this.#intake = intake;
    this.#say = say;
    const { path, stateDir, from = "beginning", rotateWaitMs = 10_000 } = options;
    this.#follower = new FileFollower({ path, stateDir, from, rotateWaitMs, say });
  }

  async open(): Promise<void> {
    await this.#follower.open();
  }

  /** Until told to stop. A pass that fails (a folder that cannot be read, a full disk) is told and tried again. */
  async run(stop: AbortSignal): Promise<void> {
    const waker = new Waker(this.#options.path, this.#options.pollMs ?? 250);
    while (!stop.aborted) {
      try {
        await this.#pass(stop);
      } catch (error) {
        if (!stop.aborted) this.#say(`${this.#options.path}: ${faultOf(error, "GW_PART_FAILED", "reading it").message}; trying again`);
        await pause(1_000, stop);
      }
      await waker.wait(stop);
    }
    waker.close();
    await this.#follower.save().catch((error: Error) => this.#say(`${this.#options.path}: its position is not saved: ${error.message}`));
    await this.#follower.close();
  }

  async #pass(stop: AbortSignal): Promise<void> {
    for await (const { lines, identity, settle } of this.#follower.lines()) {
      if (!(await this.#deliver(lines, identity, stop))) return;
      settle();
      if (performance.now() - this.#savedAt > saveEveryMs) await this.#save();
      // Also where lines never end: who stops waits for one piece.
      if (stop.aborted) return;
    }
    await this.#save();
  }

  async #save(): Promise<void> {
    await this.#follower.save();
    this.#savedAt = performance.now();
  }

  /** False where it was told to stop before the lines were safe. */
  async #deliver(lines: readonly CutLine[], identity: string, stop: AbortSignal): Promise<boolean> {
    const { format, badLines } = this.#options;
    const bad: BadLine[] = [];
    const good: { readonly line: CutLine; readonly value: Readonly<Record<string, unknown>> }[] = [];
    for (const line of lines) {
      const value = this.#read(line, identity, bad);
      if (value !== undefined) good.push({ line, value });
    }
    if (good.length > 0) {
      const values = good.map(({ value }) => value);
      const taken = await this.#patiently(() => this.#intake.take(format.topic, values), stop);
      if (taken === undefined) return false;
      for (const { index, code, message } of taken.faults) {
        const refused = good[index];
        if (refused !== undefined) bad.push({ line: refused.line, code: code as FaultCode, message });
      }
      this.counts.taken += taken.accepted;
    }
    if (bad.length === 0) return true;
    if ((await this.#patiently(() => badLines(format.topic.name, "tail", bad).then(() => true), stop)) === undefined) return false;
    this.#count(bad);
    return true;
  }

  #read(line: CutLine, identity: string, bad: BadLine[]): Readonly<Record<string, unknown>> | undefined {
    const { format, deploymentId = "default", tenantHash } = this.#options;
    try {
      if (line.length > longestLineBytes) throw new Fault("GW_RECORD_TOO_LARGE", `a line has at most ${longestLineBytes} bytes`);
      const value = format.read(decoded(line.bytes), { id: outputId([identity, line.offset]), deploymentId, tenantHash });
      if (value === undefined) this.counts.passed += 1;
      return value as Readonly<Record<string, unknown>> | undefined;
    } catch (error) {
      const { code, message } = faultOf(error, "GW_RECORD_UNREADABLE", "reading the line");
      bad.push({ line, code, message });
      return undefined;
    }
  }

  #count(bad: readonly BadLine[]): void {
    const { path } = this.#options;
    this.counts.bad += bad.length;
    this.#unsaid += bad.length;
    const newest = bad.at(-1);
    if (newest === undefined || performance.now() - this.#saidAt < sayEveryMs) return;
    this.#say(
      `${path}: ${this.#unsaid} lines are no records, now dead letters; the newest at byte ${newest.line.offset}: ${newest.message}`,
    );
    this.#unsaid = 0;
    this.#saidAt = performance.now();
  }

  /** Again while there is no room or no Kafka; undefined when told to stop. Any other failure is the caller's. */
  async #patiently<T>(what: () => Promise<T>, stop: AbortSignal): Promise<T | undefined> {
    const { first, most } = this.#options.retryMs ?? { first: 100, most: 5_000 };
    for (let waitMs = first; !stop.aborted; waitMs = Math.min(waitMs * 2, most)) {
      try {
        return await what();
      } catch (error) {
        if (!(error instanceof Fault) || !error.retriable) throw error;
        await pause(waitMs, stop);
      }
    }
    return undefined;
  }
}

const pause = (ms: number, stop: AbortSignal): Promise<void> => after(ms, undefined, { signal: stop }).catch(() => undefined);

const strict = new TextDecoder("utf-8", { fatal: true });

function decoded(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw new Fault("GW_RECORD_UNREADABLE", "the line is not UTF-8");
  }
}
