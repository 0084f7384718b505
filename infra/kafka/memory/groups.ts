import { laneShares } from "../lane-shares.ts";
import type { JoinOptions, Membership } from "../port.ts";

interface MemoryMember {
  readonly id: string;
  readonly options: JoinOptions;
  held: readonly number[];
  readonly heartbeat: NodeJS.Timeout;
}

/** Membership without a broker: every join and leave deals the lanes anew, at once, and heartbeats come by a timer. */
export class MemoryGroups {
  readonly #groups = new Map<string, { lanes: number; members: Map<string, MemoryMember> }>();
  #joined = 0;

  /** The first deal comes in a microtask: `assigned` is never called before `join` has returned. */
  join(options: JoinOptions, lanes: number): Membership {
    const group = this.#groups.get(options.group) ?? { lanes, members: new Map<string, MemoryMember>() };
    this.#groups.set(options.group, group);
    const id = `member-${this.#joined++}`;
    const heartbeat = setInterval(() => options.heartbeat(), options.heartbeatMs);
    group.members.set(id, { id, options, held: [], heartbeat });
    queueMicrotask(() => this.#deal(options.group));
    return {
      leave: async () => {
        clearInterval(heartbeat);
        if (group.members.delete(id)) this.#deal(options.group);
      },
    };
  }

  /** Everybody hears of the rebalance before anybody gets lanes, as with Kafka's eager protocol. */
  #deal(name: string): void {
    const group = this.#groups.get(name);
    if (group === undefined || group.members.size === 0) return;
    const shares = laneShares([...group.members.values()], group.lanes);
    const rest = [...group.members.values()];
    for (const { options } of rest) options.rebalancing();
    for (const member of rest) {
      member.held = shares.get(member.id) ?? [];
      member.options.assigned(new Set(member.held));
    }
  }
}
