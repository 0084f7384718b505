import type { LogPort } from "../../infra/kafka/port.ts";
import { topicByName } from "../../schemas/topics/index.ts";

/** How far a partition is, by the topic's name without namespace. */
export interface TopicEnd {
  readonly topic: string;
  readonly role: string;
  readonly partition: number;
  readonly end: number;
}

/** Topics come and go seldom. */
const listedMs = 30_000;

/** The ends of all topics of the catalogue that are there under a namespace. */
export class TopicEnds {
  readonly #log: LogPort;
  readonly #prefix: string;
  #listed: { readonly atMs: number; readonly places: readonly { topic: string; partition: number }[] } | undefined;

  constructor(log: LogPort, named: (topic: string) => string) {
    this.#log = log;
    this.#prefix = named("");
  }

  /** Rejects where the log does not answer. */
  async look(nowMs: number): Promise<TopicEnd[]> {
    if (this.#listed === undefined || nowMs - this.#listed.atMs > listedMs) this.#listed = { atMs: nowMs, places: await this.#places() };
    const { places } = this.#listed;
    const ranges = await this.#log.admin.range(places);
    return places.map(({ topic, partition }, i) => {
      const name = topic.slice(this.#prefix.length);
      return { topic: name, role: topicByName(name)?.role ?? "", partition, end: ranges[i]?.end ?? 0 };
    });
  }

  async #places(): Promise<{ topic: string; partition: number }[]> {
    const all = await this.#log.admin.listTopics();
    const ours = all.filter((name) => name.startsWith(this.#prefix) && topicByName(name.slice(this.#prefix.length)) !== undefined).sort();
    const counts = await this.#log.admin.partitions(ours);
    return ours.flatMap((topic) => Array.from({ length: counts.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })));
  }
}
