import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Logger } from "../../telemetry/log.ts";
import type { Cluster } from "./cluster.ts";

/**
 * kafkajs has no static membership: a member that is gone keeps its lanes until its session ends, unless someone leaves for
 * it. Its id outlives a SIGKILL in a file and a lost broker in memory, and the next life sends LeaveGroup for it (10 s without
 * lanes become 1 to 2).
 */
export class FormerSelf {
  readonly #file: string | undefined;
  #memberId: string;

  constructor(file: string | undefined) {
    this.#file = file;
    this.#memberId = remembered(file);
  }

  /** Written at each join, and emptied on leaving in order: then there is nobody to leave for. */
  remember(memberId: string): void {
    this.#memberId = memberId;
    if (this.#file === undefined) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, memberId);
  }

  /** A refusal says that the former self is gone already. */
  async leave(cluster: Cluster, group: string, logger: Logger): Promise<void> {
    const memberId = this.#memberId;
    if (memberId === "") return;
    const { errorCode } = await cluster.coordinated(cluster.aside, "group", group, (at, link) =>
      link.call(at, "LeaveGroup", { groupId: group, memberId }),
    );
    if (errorCode === 0) logger.info({ group, memberId }, `left ${group} for a former self of this worker`);
  }
}

function remembered(file: string | undefined): string {
  try {
    return file === undefined ? "" : readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
