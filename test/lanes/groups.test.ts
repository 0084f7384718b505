import { describe, expect, it } from "vitest";
import { verifyChain } from "../../operators/audit/verify-chain.ts";
import { audit } from "../../pipelines/audit.ts";
import { load } from "../../pipelines/load.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { AuditRecord, LoadWindow } from "../../schemas/types/avro.ts";
import { alertOf } from "../pipelines/judgements.ts";
import { LaneRig, until } from "./harness.ts";
import { RequestRounds } from "./in-order.ts";

const alerts = 40;
const chainsOf = async (rig: LaneRig) =>
  Map.groupBy((await rig.values(topics.audit)) as AuditRecord[], ({ chain }) => chain) as Map<string, AuditRecord[]>;

/** One after the other, over all partitions. */
const raise = (rig: LaneRig) => {
  for (let n = 0; n < alerts; n += 1) rig.produce(topics.alert, n % 4, [alertOf(`d-${n % 4}`, n)]);
};

describe("two groups of workers over the same topics", () => {
  it.for([
    ["beside each other", false],
    ["one after the other", true],
  ] as const)("each write an audit chain of their own, sound by itself, %s", async ([, stopped]) => {
    const rig = new LaneRig(audit, 4);
    rig.makeGroup("trial");
    raise(rig);
    const one = await rig.worker();
    await until("the first chain is whole", async () => (await chainsOf(rig)).get("g/main")?.length === alerts);
    if (stopped) await one.worker.stop();
    const other = await rig.worker({ group: "trial" });
    await until("the second chain is whole", async () => (await chainsOf(rig)).get("trial/main")?.length === alerts);
    const chains = await chainsOf(rig);
    expect([...chains.keys()].sort()).toEqual(["g/main", "trial/main"]);
    for (const links of chains.values()) expect(verifyChain(links)).toMatchObject({ faults: [], links: alerts });
    await Promise.all([one.worker.stop(), other.worker.stop()]);
  });

  it("each count a request once: neither reads what lies between the parts of the other", { timeout: 30_000 }, async () => {
    const rig = new LaneRig(load, 4);
    rig.makeGroup("trial");
    const workers = [await rig.worker(), await rig.worker({ group: "trial" })];
    const rounds = new RequestRounds(5);
    for (let round = 0; round < 20; round += 1) {
      for (const [partition, events] of rounds.next()) rig.produce(topics.request, partition, events);
      await until("both groups have taken the round", async () => (await rig.caughtUp()) && (await rig.caughtUp("trial")));
    }
    const windows = async () => (await rig.values(topics.load)) as LoadWindow[];
    const { closed } = rounds.expected([]);
    expect(closed.length).toBeGreaterThan(5);
    const times = async (start: number) => (await windows()).filter(({ windowStart }) => windowStart === start).length;
    await until("both have closed them", async () => (await Promise.all(closed.map(times))).every((count) => count === 2));
    const written = await windows();
    const said = written.map(({ windowStart, requests, inputTokens, outputTokens }) => ({
      windowStart,
      requests,
      inputTokens,
      outputTokens,
    }));
    expect(said).toEqual(rounds.expected(written).windows);
    for (const { worker } of workers) await worker.stop();
  });
});
