import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startKafka } from "../../infra/local-stack/kafka.ts";
import type { Part } from "../../infra/local-stack/part.ts";
import { isRunning, type ProcessIdentity } from "../../infra/local-stack/process-identity.ts";

/** A broker of one test file alone, which may be killed. Its address and data stay the same over its lives. */
export class OwnKafka implements AsyncDisposable {
  readonly address: string;
  readonly dataDir: string;
  #part: Part;

  private constructor(dataDir: string, part: Part) {
    this.dataDir = dataDir;
    this.#part = part;
    this.address = part.address;
  }

  static async start(): Promise<OwnKafka> {
    const dataDir = await mkdtemp(join(tmpdir(), "gatewatch-kafka-"));
    return new OwnKafka(dataDir, await startKafka({ dataDir, port: 0 }));
  }

  /** SIGSTOP: connections stay open and nobody answers on them, until `thaw`. */
  freeze(): Promise<void> {
    return this.#signal("SIGSTOP");
  }

  thaw(): Promise<void> {
    return this.#signal("SIGCONT");
  }

  /** SIGKILL: nothing is flushed or told to anyone. */
  async kill(): Promise<void> {
    const identity = await this.#identity();
    process.kill(identity.pid, "SIGKILL");
    while (isRunning(identity)) await pause(5);
    await this.#part.stop();
  }

  async restart(): Promise<void> {
    this.#part = await startKafka({ dataDir: this.dataDir, port: Number(this.address.split(":")[1]) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#part.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    process.kill((await this.#identity()).pid, signal);
  }

  async #identity(): Promise<ProcessIdentity> {
    return JSON.parse(await readFile(join(this.dataDir, "kafka.pid"), "utf8")) as ProcessIdentity;
  }
}
