import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { z } from "zod";
import { outputId } from "../../../operators/stream/output-id.ts";
import { Fault, faultOf } from "../../../schemas/faults/fault.ts";
import type { FaultCode } from "../../../schemas/faults/faults.ts";
import { topics } from "../../../schemas/topics/index.ts";
import type { RouterEventInput } from "../../../schemas/types/avro.ts";
import { patiently } from "../../patience/patiently.ts";
import type { Intake } from "../intake.ts";
import { parseObject } from "../parse-object.ts";
import { StateFile } from "../state-file.ts";
import { endlessPatience, type WaitingWays } from "../way-in.ts";
import { countedWindows } from "./expert-counts.ts";
import { sglangDump } from "./sglang-dump.ts";

/** Folders that engines write counts into. Times in milliseconds. */
export interface DumpOptions extends WaitingWays {
  /**
   * `ENGINE=DIR` each; engines: sglang (`expert_distribution_recorder_*.pt`; the folder's own name is the
   * instance), json (`*.json`, as `/routing/windows` takes them).
   */
  readonly dumps: readonly string[];
  /** Experts chosen a token: a dump of SGLang does not say. */
  readonly topK: number | undefined;
  readonly deploymentId: string;
  /** Where it is kept which files were taken. */
  readonly stateDir: string;
  /** What a dump of SGLang covers at most; it begins where the one before of its rank ends, if that is later. */
  readonly coversMs: number;
  readonly pollMs?: number;
  /** A file that cannot be read is looked at again for so long: it may still be being written. */
  readonly settleMs?: number;
}

interface Folder {
  readonly engine: "sglang" | "json";
  readonly path: string;
}

/** What is kept of a folder: the files taken that still stand there, and where each instance's last window ended. */
const taken = z.object({ version: z.literal(1), names: z.array(z.string()), lastEnd: z.record(z.string(), z.int()) });
const largestBytes = 512 * 1024 * 1024;

/**
 * Brings every count that stands or appears in the folders into `moe.router`, the oldest first, each file once. The files stay as
 * they are. While Kafka is away or the folder cannot be read it waits, and tells of it. A file that cannot be read is said, by name,
 * and left; a restart looks at it again.
 * Guarantee: at least once; a file in work when the process was killed comes again with the same `eventId`s.
 * GW_USAGE for an engine that is not known, and for sglang without `topK`; GW_CONFIG_INVALID where the file of what was taken is none.
 */
export async function startDumps(options: DumpOptions, intake: Intake, say: (line: string) => void): Promise<{ stop(): Promise<void> }> {
  const folders = options.dumps.map(folderOf);
  if (options.topK === undefined && folders.some(({ engine }) => engine === "sglang"))
    throw new Fault("GW_USAGE", "a dump of SGLang does not say how many experts a token is sent to: give ingest.dumpsTopK");
  const own = new AbortController();
  const watched = folders.map((folder) => new DumpFolder(folder, options, intake, say));
  for (const folder of watched) await folder.open();
  const running = watched.map((folder) => folder.run(own.signal));
  return {
    async stop() {
      own.abort();
      await Promise.all(running);
    },
  };
}

function folderOf(text: string): Folder {
  const [, engine = "", path = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if ((engine === "sglang" || engine === "json") && path !== "") return { engine, path: resolve(path) };
  throw new Fault("GW_USAGE", `"${text}" is no ENGINE=DIR; engines: sglang, json`);
}

class DumpFolder {
  readonly #folder: Folder;
  readonly #options: DumpOptions;
  readonly #intake: Intake;
  readonly #say: (line: string) => void;
  readonly #state: StateFile<z.infer<typeof taken>>;
  #names = new Set<string>();
  #lastEnd: Record<string, number> = {};
  /** Left out, as long as they stand there. */
  #bad = new Set<string>();

  constructor(folder: Folder, options: DumpOptions, intake: Intake, say: (line: string) => void) {
    this.#folder = folder;
    this.#options = options;
    this.#intake = intake;
    this.#say = say;
    const file = join(options.stateDir, `dumps-${basename(folder.path)}-${outputId([folder.path]).slice(0, 12)}.json`);
    this.#state = new StateFile(file, taken, { name: "list of taken dumps", removed: `take those of ${folder.path} again` });
  }

  /** Takes up what was taken before. GW_CONFIG_INVALID where that file holds something else. */
  async open(): Promise<void> {
    const state = await this.#state.read();
    this.#names = new Set(state?.names);
    this.#lastEnd = state?.lastEnd ?? {};
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      // It ends otherwise only where it is told to stop.
      await this.#patiently("GW_FILE_UNUSABLE", () => this.#pass(stop), stop).catch(() => undefined);
      await after(this.#options.pollMs ?? 2_000, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  async #pass(stop: AbortSignal): Promise<void> {
    const { engine, path } = this.#folder;
    const form = engine === "sglang" ? /^expert_distribution_recorder_.*\.pt$/ : /\.json$/;
    // A folder that is not there yet comes with the first dump.
    const present = (await readdir(path).catch(nothingThere)).filter((name) => form.test(name));
    const files: { name: string; mtimeMs: number; size: number }[] = [];
    for (const name of present) {
      if (this.#names.has(name) || this.#bad.has(name)) continue;
      const { mtimeMs, size } = await stat(join(path, name));
      files.push({ name, mtimeMs, size });
    }
    for (const file of files.toSorted((a, b) => endOf(a) - endOf(b) || (a.name < b.name ? -1 : 1))) {
      // Where this one is not finished, the next would begin too early.
      if (stop.aborted || !(await this.#take(file, stop))) break;
    }
    const here = new Set(present);
    this.#names = this.#names.intersection(here);
    this.#bad = this.#bad.intersection(here);
  }

  /** False for a file that may still be being written. */
  async #take(file: { readonly name: string; readonly mtimeMs: number; readonly size: number }, stop: AbortSignal): Promise<boolean> {
    const lastEnd = { ...this.#lastEnd };
    let windows: RouterEventInput[];
    try {
      if (file.size > largestBytes) throw new Fault("GW_RECORD_TOO_LARGE", `it has ${file.size} bytes, at most ${largestBytes} are read`);
      windows = this.#windows(await readFile(join(this.#folder.path, file.name)), file, lastEnd);
    } catch (error) {
      // Either way: the clock of the machine that wrote it may be ahead.
      if (Math.abs(Date.now() - file.mtimeMs) < (this.#options.settleMs ?? 10_000)) return false;
      this.#bad.add(file.name);
      this.#say(`${join(this.#folder.path, file.name)}: left out: ${faultOf(error, "GW_RECORD_UNREADABLE", "reading it").message}`);
      return true;
    }
    await this.#deliver(windows, file.name, stop);
    this.#names.add(file.name);
    this.#lastEnd = lastEnd;
    await this.#state.write({ version: 1, names: [...this.#names], lastEnd: this.#lastEnd });
    return true;
  }

  #windows(bytes: Buffer, file: { readonly name: string; readonly mtimeMs: number }, lastEnd: Record<string, number>): RouterEventInput[] {
    if (this.#folder.engine === "json") return countedWindows(parseObject(bytes));
    const { rank, ...counts } = sglangDump(bytes);
    const { topK = 1, deploymentId, coversMs } = this.#options;
    const own = basename(this.#folder.path);
    const instanceId = rank === undefined ? own : `${own}/rank-${rank}`;
    const windowEnd = Math.round(endOf(file) * 1000);
    const before = lastEnd[instanceId] ?? 0;
    const earliest = windowEnd - Math.round(coversMs * 1000);
    const windowStart = before < windowEnd ? Math.max(before, earliest) : earliest;
    lastEnd[instanceId] = Math.max(before, windowEnd);
    return countedWindows({ ...counts, topK, deploymentId, instanceId, windowStart, windowEnd, source: "SGLANG", phase: "MIXED" });
  }

  /** Throws only where it was told to stop before they were safe. */
  async #deliver(windows: readonly RouterEventInput[], name: string, stop: AbortSignal): Promise<void> {
    const { faults } = await this.#patiently("GW_INTAKE_UNAVAILABLE", () => this.#intake.take(topics.router, windows), stop);
    if (faults[0] !== undefined) this.#say(`${name}: ${faults.length} of ${windows.length} layers left out: ${faults[0].message}`);
  }

  #patiently<T>(every: FaultCode, job: () => Promise<T>, stop: AbortSignal): Promise<T> {
    return patiently(job, { every, ...endlessPatience(this.#folder.path, this.#options, { say: this.#say, stop }) });
  }
}

const nothingThere = (error: NodeJS.ErrnoException): string[] => {
  if (error.code === "ENOENT") return [];
  throw error;
};

/** When it was dumped, in milliseconds: SGLang puts the time into the name, in seconds. */
function endOf({ name, mtimeMs }: { readonly name: string; readonly mtimeMs: number }): number {
  const seconds = Number(/^expert_distribution_recorder_(\d{9,11}(?:\.\d+)?)(?:_\d+)?\.pt$/.exec(name)?.[1]);
  return Number.isFinite(seconds) ? seconds * 1000 : mtimeMs;
}
