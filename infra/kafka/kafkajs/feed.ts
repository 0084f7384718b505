import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import type { Logger } from "../../telemetry/log.ts";
import { type Feed, placeKey, type Tap } from "../port.ts";
import type { Cluster } from "./cluster.ts";
import { FeedPace } from "./feed-pace.ts";
import { fetchedOf, fetchFrom, type PartitionAnswer, type Wanted } from "./fetching.ts";
import { isSilence, kafkaFault } from "./kafka-fault.ts";
import { Refusal } from "./refusal.ts";
import { Silence } from "./silence.ts";
import type { TapTroubles } from "./tap-troubles.ts";

/** In one answer; and at least so much of each partition, or a thousand partitions would get crumbs. */
const answerBytes = 1 << 20;
const leastBytes = 1 << 16;
/** After so many records the event loop goes round once. */
const recordsATurn = 2_000;
const afterFailureMs = 100;
/** In place of a node, where not even the leaders could be asked for. */
const nobody = -1;

/** One node's fetches, one after the other. Replaced where one does not answer. */
interface Loop {
  askedAt: number;
}

/**
 * One request at a time to each node carries every tap with room, in rotating order: the first asked is the first filled. A
 * full tap is left out, a closed one forgotten, a partition in trouble waits aside without holding up the others.
 */
export class KafkaFeed implements Feed {
  readonly #cluster: Cluster;
  readonly #logger: Logger;
  readonly #troubles: TapTroubles;
  readonly #pace = new FeedPace();
  readonly #taps = new Set<Tap>();
  readonly #loops = new Map<number, Loop>();
  /** Taps whose next batch is larger than their share. They go first, and are asked for as much as it takes. */
  readonly #needs = new Map<Tap, number>();
  #starting: Promise<void> | undefined;
  readonly #silence = new Silence();
  #closed = false;

  constructor(cluster: Cluster, logger: Logger, troubles: TapTroubles) {
    this.#cluster = cluster;
    this.#logger = logger;
    this.#troubles = troubles;
  }

  /** Takes effect with the next fetch of the node that leads it, half a second at most. */
  add(tap: Tap): void {
    this.#taps.add(tap);
    this.soon();
    this.#start();
  }

  /** Lanes are being opened: until they have come, fetches do not wait long for others' records. */
  soon(): void {
    this.#pace.soon();
  }

  /**
   * A fetch that never answers cannot be taken back: its loop is forgotten and another takes its place, so that what comes
   * late is fed to nobody.
   */
  check(stallMs: number): number {
    let hung = 0;
    for (const [node, { askedAt }] of this.#loops) {
      if (Date.now() - askedAt <= stallMs) continue;
      this.#loops.delete(node);
      hung += 1;
    }
    if (hung > 0) this.#start();
    return hung;
  }

  /** Feeds nobody any more, though an answer may still be under way. */
  get silentMs(): number {
    return [...this.#taps].some(({ open }) => open) ? this.#silence.longestMs : 0;
  }

  close(): void {
    this.#closed = true;
    this.#taps.clear();
    this.#loops.clear();
  }

  /** Begins a loop for each node that leads a tap and has none. */
  #start(): void {
    this.#starting ??= this.#startLoops().finally(() => {
      this.#starting = undefined;
    });
  }

  async #startLoops(): Promise<void> {
    while (!this.#closed) {
      try {
        for (const node of (await this.#byLeader()).keys()) {
          if (this.#closed || this.#loops.has(node)) continue;
          const loop = { askedAt: Date.now() };
          this.#loops.set(node, loop);
          void this.#run(node, loop);
        }
        if (this.#loops.size > 0 || this.#taps.size === 0) return;
      } catch (error) {
        await this.#failed(error, nobody);
      }
      await pause(afterFailureMs);
    }
  }

  async #run(node: number, loop: Loop): Promise<void> {
    const current = () => !this.#closed && this.#loops.get(node) === loop;
    for (let turn = 0; current(); turn += 1) {
      try {
        const led = await this.#byLeader();
        if (!current()) return;
        const taps = led.get(node);
        for (const other of led.keys()) if (!this.#loops.has(other)) this.#start();
        if (taps === undefined && this.#troubles.waiting === 0) {
          this.#loops.delete(node);
          this.#silence.excused(node);
          // A tap may have come between the look and the leave.
          if (this.#taps.size > 0) this.#start();
          return;
        }
        await this.#turn(node, taps ?? [], turn, loop, current);
      } catch (error) {
        await this.#failed(error, node);
      }
    }
  }

  async #turn(node: number, taps: readonly Tap[], turn: number, loop: Loop, current: () => boolean): Promise<void> {
    loop.askedAt = Date.now();
    const room = rotated(
      taps.filter(({ full }) => !full),
      turn,
    );
    const wanted = [...room.filter((tap) => this.#needs.has(tap)), ...room.filter((tap) => !this.#needs.has(tap))];
    if (wanted.length === 0) {
      this.#silence.excused(node);
      return void (await pause(this.#pace.idleMs));
    }
    this.#silence.asked(node);
    const began = performance.now();
    const share = Math.max(leastBytes, Math.trunc(answerBytes / wanted.length));
    const asked: Wanted[] = wanted.map((tap) => {
      const { topic, partition, next } = tap;
      return { topic, partition, next, maxBytes: Math.max(share, this.#needs.get(tap) ?? 0) };
    });
    const maxWaitMs = this.#pace.maxWaitMs({ someFull: wanted.length < taps.length, someWaiting: this.#troubles.waiting > 0 });
    const answers = await fetchFrom(this.#cluster.live, this.#cluster.address(node), asked, { maxWaitMs, maxBytes: answerBytes });
    if (!current()) return;
    this.#answered(node);
    const more = await this.#give(wanted, asked, answers, current);
    const rest = this.#pace.restMs(wanted.length, performance.now() - began);
    if (!more && rest > 0) await pause(rest);
  }

  /** Whether there is more to be had at once. */
  async #give(
    taps: readonly Tap[],
    asked: readonly Wanted[],
    answers: ReadonlyMap<string, PartitionAnswer>,
    current: () => boolean,
  ): Promise<boolean> {
    let records = 0;
    let more = false;
    for (const [i, tap] of taps.entries()) {
      const { next, topic, partition } = asked[i] as Wanted;
      const answer = answers.get(placeKey(topic, partition));
      if (answer === undefined || !tap.open || tap.next !== next) continue;
      if (answer.errorCode !== 0) {
        await this.#troubles.refused(tap, new Refusal(answer.errorCode));
        continue;
      }
      const given = this.#giveOne(tap, answer, next);
      records += given;
      more ||= given > 0 && tap.next < answer.lastStable;
      if (records <= recordsATurn) continue;
      records = 0;
      await nextTurn();
      if (!current()) return false;
    }
    return more;
  }

  /** How much it moved on. */
  #giveOne(tap: Tap, answer: PartitionAnswer, next: number): number {
    let read: ReturnType<typeof fetchedOf>;
    try {
      read = fetchedOf(answer, next);
    } catch (error) {
      this.#troubles.unreadable(tap, kafkaFault(error, "reading"));
      return 0;
    }
    try {
      const { fetched, needed } = read;
      if (needed > 0) this.#needs.set(tap, needed);
      else this.#needs.delete(tap);
      if (needed > 0) return 1;
      tap.feed(fetched);
      return fetched.records.length || fetched.next - next;
    } catch (error) {
      this.#troubles.broken(tap, error);
      return 0;
    }
  }

  /** Open taps that are not in trouble, by the node that leads them. */
  async #byLeader(): Promise<Map<number, Tap[]>> {
    for (const tap of this.#taps) {
      if (tap.open) continue;
      this.#taps.delete(tap);
      this.#needs.delete(tap);
      this.#troubles.forget(tap);
    }
    const taps = [...this.#taps].filter((tap) => !this.#troubles.holds(tap));
    const leaders = await this.#cluster.directory.leaders(taps);
    const led = new Map<number, Tap[]>();
    for (const [i, tap] of taps.entries()) {
      const leader = leaders[i] ?? -1;
      if (leader < 0) this.#troubles.leaderless(tap);
      else if (led.has(leader)) led.get(leader)?.push(tap);
      else led.set(leader, [tap]);
    }
    return led;
  }

  /** A lost broker is told of once, and once when it is back. */
  async #failed(error: unknown, node: number): Promise<void> {
    const fault = kafkaFault(error, `fetching from ${node === nobody ? "any node" : `node ${node}`}`);
    this.#silence.asked(node);
    if (!isSilence(error) || this.#silence.isNews(node)) this.#logger.warn({ code: fault.code }, `${fault.message}. ${fault.remedy}`);
    await pause(afterFailureMs);
    await this.#cluster.directory.refresh().catch(() => undefined);
  }

  #answered(node: number): void {
    this.#silence.answered(nobody);
    if (this.#silence.answered(node)) this.#logger.info({ node }, `node ${node} answers again`);
  }
}

function rotated<T>(list: readonly T[], turn: number): T[] {
  const first = list.length === 0 ? 0 : turn % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}
