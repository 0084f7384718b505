import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Logger } from "../../telemetry/log.ts";
import type { Cluster } from "./cluster.ts";

/**
 * kafkajs has no static membership: a SIGKILLed member keeps its lanes until its session ends, unless someone leaves for it.
 * The member id outlives the process in a file, and the next life sends LeaveGroup for it (10 s without lanes become 1 to 2).
 */
export class FormerSelf {
  readonly #file: string | undefined;

  constructor(file: string | undefined) {
    this.#file = file;
  }

  remember(memberId: string): void {
    if (this.#file === undefined) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, memberId);
  }

  /** A refusal says that the former self is gone already. */
  async leave(cluster: Cluster, group: string, logger: Logger): Promise<void> {
    const memberId = this.#remembered();
    if (memberId === "") return;
    const { errorCode } = await cluster.coordinated(cluster.aside, "group", group, (at, link) =>
      link.call(at, "LeaveGroup", { groupId: group, memberId }),
    );
    if (errorCode === 0) logger.info({ group, memberId }, `left ${group} for a former life of this worker`);
  }

  #remembered(): string {
    try {
      return this.#file === undefined ? "" : readFileSync(this.#file, "utf8");
    } catch {
      return "";
    }
  }
}
