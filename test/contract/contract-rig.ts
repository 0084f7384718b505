import { setTimeout as pause } from "node:timers/promises";
import type { Fetched, LogPort, OutRecord, Tap } from "../../infra/kafka/port.ts";
import type { LogRecord, Place } from "../../operators/stream/record.ts";

/** What an implementation brings to the suite. */
export interface ContractLog {
  /** One more client of the same log, as another process would be. */
  connect(): Promise<LogPort>;
  /** What retention does: records before the offset are gone. */
  deleteBefore(place: Place, offset: number): Promise<void>;
}

/** Clients and topics of one test; everything is closed with it. */
export class ContractRig implements AsyncDisposable {
  readonly #log: ContractLog;
  readonly #ports: LogPort[] = [];
  readonly #taps: ProbeTap[] = [];

  constructor(log: ContractLog) {
    this.#log = log;
  }

  static async open(log: ContractLog): Promise<{ rig: ContractRig; port: LogPort }> {
    const rig = new ContractRig(log);
    return { rig, port: await rig.connect() };
  }

  async connect(): Promise<LogPort> {
    const port = await this.#log.connect();
    this.#ports.push(port);
    return port;
  }

  /** A topic of this test alone. */
  async topic(partitions = 1, settings: Record<string, string> = {}): Promise<string> {
    const [port] = this.#ports;
    const name = uniqueName("contract");
    await port?.admin.createTopics([{ name, partitions, settings }]);
    return name;
  }

  tap(port: LogPort, topic: string, partition = 0): ProbeTap {
    const tap = new ProbeTap(topic, partition);
    this.#taps.push(tap);
    port.feed.add(tap);
    return tap;
  }

  deleteBefore(place: Place, offset: number): Promise<void> {
    return this.#log.deleteBefore(place, offset);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const tap of this.#taps) tap.open = false;
    await Promise.all(this.#ports.map((port) => port.close()));
  }
}

/** A tap that keeps what it is given. */
export class ProbeTap implements Tap {
  readonly topic: string;
  readonly partition: number;
  next = 0;
  open = true;
  full = false;
  readonly records: LogRecord[] = [];
  readonly gaps: { earliest: number; end: number }[] = [];
  /** How often it was fed, and the last of it. */
  fed = 0;
  last: Fetched | undefined;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  feed(fetched: Fetched): void {
    this.fed += 1;
    this.last = fetched;
    this.records.push(...fetched.records);
    this.next = fetched.next;
  }

  gap(range: { earliest: number; end: number }): void {
    this.gaps.push(range);
  }

  get texts(): string[] {
    return texts(this.records);
  }
}

let named = 0;
export const uniqueName = (kind: string): string => `${kind}-${process.pid}-${Date.now().toString(36)}-${named++}`;

export const texts = (records: readonly LogRecord[]): string[] => records.map(({ value }) => String(value));

/** Records of one partition, a value each. */
export const valued = (topic: string, partition: number, ...values: string[]): OutRecord[] =>
  values.map((value) => ({ topic, partition, key: Buffer.from("k"), value: Buffer.from(value) }));

export async function write(port: LogPort, records: readonly OutRecord[]): Promise<void> {
  const producer = await port.producer();
  await producer.send(records);
  await producer.close();
}

/** Everything committed from the offset to the high watermark; a transaction's end takes a moment to reach its partitions. */
export async function drain(port: LogPort, place: Place, from = 0, limits = {}): Promise<{ records: LogRecord[]; next: number }> {
  const records: LogRecord[] = [];
  let next = from;
  const limit = Date.now() + 10_000;
  for (;;) {
    const fetched = await port.fetch(place, next, limits);
    records.push(...fetched.records);
    next = fetched.next;
    if (next >= fetched.highWatermark) return { records, next };
    if (Date.now() > limit) throw new Error(`${place.topic}[${place.partition}] stands at ${next} of ${fetched.highWatermark}`);
  }
}

export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const limit = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error(`not within ${limitMs} ms: ${what}`);
    await pause(10);
  }
}
