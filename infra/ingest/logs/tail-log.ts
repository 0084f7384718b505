import { resolve } from "node:path";
import { outputId } from "../../../operators/stream/output-id.ts";
import { Fault, faultOf } from "../../../schemas/faults/fault.ts";
import type { FaultCode } from "../../../schemas/faults/faults.ts";
import { patiently } from "../../patience/patiently.ts";
import type { Intake } from "../intake.ts";
import type { CutLine } from "../lines.ts";
import { endlessPatience, type WaitingWays } from "../way-in.ts";
import type { BadLine, BadLines } from "./bad-lines.ts";
import { FileFollower } from "./file-follower.ts";
import type { LineOrigin, LogFormat } from "./log-format.ts";
import { longestLogLineBytes } from "./open-file.ts";
import { Waker } from "./waker.ts";

/** One tailed file. Times in milliseconds. */
export interface TailOptions extends WaitingWays {
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
}

/** A running way in. */
export interface RunningTail {
  readonly path: string;
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
 * dead-letter topic with its bytes. While the intake is full, Kafka is away or the file cannot be read it waits, holds one piece of
 * the file, no more, and tells of it: each reason once, and when it is over.
 * Clock: only for waiting. GW_CONFIG_INVALID from `open` where the position file holds something else.
 */
export async function startTail(options: TailOptions, intake: Intake, say: (line: string) => void): Promise<RunningTail> {
  const tail = new LogTail(options, intake, say);
  await tail.open();
  const own = new AbortController();
  const ended = tail.run(own.signal);
  return {
    path: options.path,
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

  /** Until told to stop. */
  async run(stop: AbortSignal): Promise<void> {
    const waker = new Waker(this.#options.path, this.#options.pollMs ?? 250);
    while (!stop.aborted) {
      // It ends otherwise only where it is told to stop.
      await this.#patiently("GW_FILE_UNUSABLE", () => this.#pass(stop), stop).catch(() => undefined);
      await waker.wait(stop);
    }
    waker.close();
    await this.#follower.save().catch((error: Error) => this.#say(`${this.#options.path}: its position is not saved: ${error.message}`));
    await this.#follower.close();
  }

  async #pass(stop: AbortSignal): Promise<void> {
    for await (const { lines, identity, settle } of this.#follower.lines()) {
      await this.#deliver(lines, identity, stop);
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

  /** Throws only where it was told to stop before the lines were safe: a piece that is not delivered is not read again. */
  async #deliver(lines: readonly CutLine[], identity: string, stop: AbortSignal): Promise<void> {
    const { format, badLines } = this.#options;
    const bad: BadLine[] = [];
    const good: { readonly line: CutLine; readonly value: Readonly<Record<string, unknown>> }[] = [];
    for (const line of lines) {
      const value = this.#read(line, identity, bad);
      if (value !== undefined) good.push({ line, value });
    }
    if (good.length > 0) {
      const values = good.map(({ value }) => value);
      const taken = await this.#patiently("GW_INTAKE_UNAVAILABLE", () => this.#intake.take(format.topic, values), stop);
      for (const { index, code, message } of taken.faults) {
        const refused = good[index];
        if (refused !== undefined) bad.push({ line: refused.line, code: code as FaultCode, message });
      }
      this.counts.taken += taken.accepted;
    }
    if (bad.length === 0) return;
    await this.#patiently("GW_INTAKE_UNAVAILABLE", () => badLines(format.topic.name, "tail", bad), stop);
    this.#count(bad);
  }

  #read(line: CutLine, identity: string, bad: BadLine[]): Readonly<Record<string, unknown>> | undefined {
    const { format, deploymentId = "default", tenantHash } = this.#options;
    const path = resolve(this.#options.path);
    try {
      if (line.length > longestLogLineBytes) throw new Fault("GW_RECORD_TOO_LARGE", `a line has at most ${longestLogLineBytes} bytes`);
      const value = format.read(decoded(line.bytes), { id: outputId([identity, line.offset]), path, deploymentId, tenantHash });
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

  #patiently<T>(every: FaultCode, job: () => Promise<T>, stop: AbortSignal): Promise<T> {
    return patiently(job, { every, ...endlessPatience(this.#options.path, this.#options, { say: this.#say, stop }) });
  }
}

const strict = new TextDecoder("utf-8", { fatal: true });

function decoded(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw new Fault("GW_RECORD_UNREADABLE", "the line is not UTF-8");
  }
}
