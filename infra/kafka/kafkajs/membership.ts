import { setTimeout as pause } from "node:timers/promises";
import type { Consumer, Kafka } from "kafkajs";
import type { Logger } from "../../telemetry/log.ts";
import type { JoinOptions, Membership } from "../port.ts";
import type { Cluster } from "./cluster.ts";
import { FormerSelf } from "./former-self.ts";
import { kafkaFault, refusalType } from "./kafka-fault.ts";
import { laneAssigner } from "./lane-assigner.ts";
import { mayAskAgain } from "./retrying.ts";

const rejoinMs = 500;

/** The group has moved on without this member, or its coordinator has moved. */
const everyday = new Set(["REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID"]);
const mayJoinAgain = (error: unknown): boolean => mayAskAgain(error) || everyday.has(refusalType(error) ?? "");

/**
 * A member of a group that reads nothing through it: kafkajs keeps the membership with every topic paused, and lanes read by
 * the shared feed. So a rebalance, which kafkajs makes everybody stand still for, stops no lane that stays.
 */
export class KafkaMembership implements Membership {
  readonly #kafka: Kafka;
  readonly #cluster: Cluster;
  readonly #options: JoinOptions;
  readonly #formerSelf: FormerSelf;
  readonly #logger: Logger;
  #held: ReadonlySet<number> = new Set();
  #consumer: Consumer | undefined;
  #joined = false;
  #leaving: Promise<void> | undefined;

  constructor(kafka: Kafka, cluster: Cluster, options: JoinOptions, logger: Logger) {
    this.#kafka = kafka;
    this.#cluster = cluster;
    this.#options = options;
    this.#formerSelf = new FormerSelf(options.memberFile);
    this.#logger = logger;
  }

  /** Resolves once the group has answered for the first time. */
  async join(): Promise<void> {
    await this.#formerSelf.leave(this.#cluster, this.#options.group, this.#logger);
    const { group, topics, sessionTimeoutMs, heartbeatMs, rebalanceTimeoutMs } = this.#options;
    const consumer = this.#kafka.consumer({
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      // With all topics paused this is how often kafkajs looks whether a heartbeat is due.
      maxWaitTimeInMs: Math.max(10, Math.min(250, heartbeatMs / 4)),
      allowAutoTopicCreation: false,
      partitionAssigners: [laneAssigner(() => this.#held)],
    });
    this.#consumer = consumer;
    this.#listen(consumer);
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
  }

  /** Once, however often it is called: a second LeaveGroup would be answered with an error. */
  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    await this.#consumer?.disconnect();
    // Where it never came to a join, the one to leave for is still the life before.
    if (this.#joined) this.#formerSelf.remember("");
  }

  /** Events of kafkajs; those of a consumer that was replaced are none of ours. */
  #listen(consumer: Consumer): void {
    const { topics, assigned, rebalancing, heartbeat } = this.#options;
    consumer.on(consumer.events.HEARTBEAT, () => heartbeat());
    consumer.on(consumer.events.REBALANCING, () => rebalancing());
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      // A pause survives a rebalance but not the restart that follows a crash.
      consumer.pause(topics.map((topic) => ({ topic })));
      if (this.#leaving !== undefined) return;
      this.#held = new Set(payload.memberAssignment[topics[0] ?? ""] ?? []);
      this.#joined = true;
      this.#formerSelf.remember(payload.memberId);
      assigned(this.#held);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (this.#leaving !== undefined || this.#consumer !== consumer) return;
      // It joins again as somebody new, and the group would wait for the old one until its session ends.
      this.#formerSelf.leave(this.#cluster, this.#options.group, this.#logger).catch(() => undefined);
      if (!payload.restart) void this.#crashed(consumer, payload.error);
    });
  }

  /** kafkajs gives up for good on a coordinator that it cannot find, as in any restart of a broker: join again instead. */
  async #crashed(consumer: Consumer, error: Error): Promise<void> {
    const { group, lost } = this.#options;
    const fault = kafkaFault(error, `the membership in ${group}`);
    if (!mayJoinAgain(error)) return lost(fault);
    this.#logger.warn({ group, code: fault.code }, `${fault.message}: joining again`);
    await consumer.disconnect().catch(() => undefined);
    while (this.#leaving === undefined) {
      await pause(rejoinMs);
      if (this.#leaving !== undefined) return;
      try {
        return await this.join();
      } catch (again) {
        await this.#consumer?.disconnect().catch(() => undefined);
        if (!mayJoinAgain(again)) return lost(kafkaFault(again, `the membership in ${group}`));
      }
    }
  }
}
