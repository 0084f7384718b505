import { describe, expect, it } from "vitest";
import type { JoinOptions, LogPort, Membership } from "../../infra/kafka/port.ts";
import { type ContractLog, ContractRig, uniqueName, until } from "./contract-rig.ts";

export function membershipContract(open: () => ContractLog): void {
  describe("membership", () => {
    it("deals the same lanes of all topics to one member, fairly, and leaves stayers what they have", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topics = [await rig.topic(6), await rig.topic(6)];
      const group = uniqueName("group");
      const a = await Member.join(port, group, topics);
      await until("the only member has all", () => a.lanes.size === 6);

      const b = await Member.join(await rig.connect(), group, topics);
      await until("both have half", () => a.lanes.size === 3 && b.lanes.size === 3);
      expect([...a.lanes, ...b.lanes].sort()).toEqual([0, 1, 2, 3, 4, 5]);
      const [keptByA, keptByB] = [[...a.lanes], [...b.lanes]];

      const c = await Member.join(await rig.connect(), group, topics);
      await until("all have a third", () => a.lanes.size === 2 && b.lanes.size === 2 && c.lanes.size === 2);
      expect(keptByA).toEqual(expect.arrayContaining([...a.lanes]));
      expect(keptByB).toEqual(expect.arrayContaining([...b.lanes]));
      const [thirdOfA, thirdOfB] = [[...a.lanes], [...b.lanes]];

      await c.leave();
      await until("the rest is dealt out again", () => a.lanes.size === 3 && b.lanes.size === 3);
      expect([...a.lanes]).toEqual(expect.arrayContaining(thirdOfA));
      expect([...b.lanes]).toEqual(expect.arrayContaining(thirdOfB));
      await Promise.all([a.leave(), b.leave()]);
    });

    it("tells of rebalances before they are over, and of heartbeats", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topics = [await rig.topic(2)];
      const group = uniqueName("group");
      const a = await Member.join(port, group, topics);
      await until("it beats", () => a.heartbeats > 1);
      const b = await Member.join(await rig.connect(), group, topics);
      await until("both have one", () => a.lanes.size === 1 && b.lanes.size === 1);
      expect(a.story.slice(a.story.lastIndexOf("rebalancing"))).toEqual(["rebalancing", "assigned"]);
      await a.leave();
      await until("the other takes over", () => b.lanes.size === 2);
      expect(a.losses).toEqual([]);
      await b.leave();
    });

    it("gives members beyond the number of lanes nothing", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topics = [await rig.topic(1)];
      const group = uniqueName("group");
      const a = await Member.join(port, group, topics);
      const b = await Member.join(await rig.connect(), group, topics);
      await until("one has it", () => a.lanes.size + b.lanes.size === 1 && b.story.includes("assigned"));
      expect([...a.lanes]).toEqual([0]);
      await Promise.all([a.leave(), b.leave()]);
    });

    it("refuses topics that are missing or not co-partitioned", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topics = [await rig.topic(2), await rig.topic(3)];
      await expect(Member.join(port, uniqueName("group"), topics)).rejects.toMatchObject({ code: "GW_TOPIC_NOT_COPARTITIONED" });
      await expect(Member.join(port, uniqueName("group"), [uniqueName("none")])).rejects.toMatchObject({ code: "GW_TOPIC_MISSING" });
    });

    it("can be joined again after it was left", async () => {
      const { rig, port } = await ContractRig.open(open());
      await using _ = rig;
      const topics = [await rig.topic(2)];
      const group = uniqueName("group");
      const first = await Member.join(port, group, topics);
      await until("it has all", () => first.lanes.size === 2);
      await first.leave();
      const second = await Member.join(port, group, topics);
      await until("it has all again", () => second.lanes.size === 2);
      await second.leave();
    });
  });
}

/** A member that keeps what it is told. */
class Member {
  lanes: ReadonlySet<number> = new Set();
  heartbeats = 0;
  readonly story: string[] = [];
  readonly losses: Error[] = [];
  #membership: Membership | undefined;

  static async join(port: LogPort, group: string, topics: readonly string[]): Promise<Member> {
    const member = new Member();
    member.#membership = await port.join(member.#options(group, topics));
    return member;
  }

  async leave(): Promise<void> {
    await this.#membership?.leave();
  }

  #options(group: string, topics: readonly string[]): JoinOptions {
    return {
      group,
      topics,
      sessionTimeoutMs: 6_000,
      heartbeatMs: 100,
      rebalanceTimeoutMs: 6_000,
      assigned: (partitions) => {
        this.lanes = partitions;
        this.story.push("assigned");
      },
      rebalancing: () => void this.story.push("rebalancing"),
      heartbeat: () => {
        this.heartbeats += 1;
      },
      lost: (cause) => void this.losses.push(cause),
    };
  }
}
