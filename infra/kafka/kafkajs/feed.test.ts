import { describe, expect, it } from "vitest";
import type { Fault } from "../../../schemas/faults/fault.ts";
import { ProbeTap, until } from "../../../test/contract/contract-rig.ts";
import { placeKey } from "../port.ts";
import { KafkaFeed } from "./feed.ts";
import type { PartitionAnswer } from "./fetching.ts";
import { TapTroubles } from "./tap-troubles.ts";

const quiet = () => undefined;

/** One node that answers for every partition with these bytes. */
function rig(bytes: Buffer) {
  const errors: string[] = [];
  const logger = { debug: quiet, info: quiet, warn: quiet, error: (_: unknown, text: string) => errors.push(text) } as never;
  const answer = ({ topic, partition }: ProbeTap): [string, PartitionAnswer] => [
    placeKey(topic, partition),
    { place: { topic, partition }, errorCode: 0, highWatermark: 9, lastStable: 9, aborted: [], bytes },
  ];
  const taps: ProbeTap[] = [];
  let fetches = 0;
  const call = async () => {
    fetches += 1;
    return { errorCode: 0, partitions: new Map(taps.map(answer)) };
  };
  const directory = { leaders: async (asked: readonly unknown[]) => asked.map(() => 1), refresh: async () => undefined };
  const cluster = { live: { call }, address: quiet, directory } as never;
  const feed = new KafkaFeed(cluster, logger, new TapTroubles(logger, async () => ({ earliest: 0, end: 9 }), quiet));
  return {
    errors,
    feed,
    fetches: () => fetches,
    add<T extends ProbeTap>(tap: T): T {
      taps.push(tap);
      feed.add(tap);
      return tap;
    },
  };
}

class ToldTap extends ProbeTap {
  readonly faults: Fault[] = [];
  unreadable(fault: Fault): void {
    this.faults.push(fault);
  }
}

/** Long enough for a batch, of a format that ended with Kafka 0.11. */
const old = Buffer.alloc(80);
old.writeInt32BE(68, 8);
old.writeInt8(1, 16);

describe("a fetch of what cannot be read", () => {
  it("tells the tap, with the place, and is not repeated at once", async () => {
    const { feed, add, fetches, errors } = rig(old);
    const tap = new ToldTap("moe.router", 2);
    tap.next = 3;
    add(tap);
    await until("it is told", () => tap.faults.length > 0);
    expect(tap.faults).toMatchObject([
      { code: "GW_LOG_UNREADABLE", retriable: false, context: { topic: "moe.router", partition: 2, offset: 3 } },
    ]);
    expect(tap.faults[0]?.message).toMatch(/^moe\.router\[2\] cannot be read at 3: .*older than Kafka 0\.11/);
    expect([tap.fed, fetches(), errors]).toEqual([0, 1, []]);
    feed.close();
  });

  it("is logged where the tap does not want to know", async () => {
    const { feed, add, errors } = rig(old);
    add(new ProbeTap("moe.router", 2));
    await until("it is said", () => errors.length > 0);
    expect(errors[0]).toMatch(/^moe\.router\[2\] cannot be read at 0: /);
    feed.close();
  });
});
