import { describe, expect, it } from "vitest";
import type { ProduceArgs } from "./calls.ts";
import { KafkaPlainWriter } from "./plain-writer.ts";

type Answer = number | "taken, no answer" | "no answer";
const silence = () => Object.assign(new Error("the connection closed"), { name: "KafkaJSConnectionError" });
const forgotten = 59;
const tooLarge = 10;

/** Two partitions, each led by a node of its own that takes a batch once, as a broker does, and answers as the plan says. */
function rig(plans: Record<number, Answer[]>) {
  const log: string[] = [];
  const seen = new Set<string>();
  let ids = 0;
  const take = ({ producerId }: ProduceArgs, partition: number, firstSequence: number, values: readonly string[]) => {
    const name = `${producerId}/${partition}/${firstSequence}`;
    if (!seen.has(name)) log.push(...values.map((value) => `${partition}:${value}`));
    seen.add(name);
  };
  const produce = (node: number, args: ProduceArgs) => {
    const plan = plans[node]?.shift() ?? 0;
    if (plan === "no answer") throw silence();
    const answers = args.topicData.map(({ topic, partitions }) => ({
      topicName: topic,
      partitions: partitions.map(({ partition, firstSequence, messages }) => {
        if (typeof plan === "string" || plan === 0)
          take(
            args,
            partition,
            firstSequence,
            messages.map(({ value }) => String(value)),
          );
        return { partition, errorCode: typeof plan === "string" ? 0 : plan, baseOffset: "0" };
      }),
    }));
    if (typeof plan === "string") throw silence();
    return { topics: answers };
  };
  const link = {
    call: async (at: number, name: string, args: ProduceArgs) => {
      if (name === "Produce") return produce(at, args);
      ids += 1;
      return { errorCode: 0, producerId: String(ids), producerEpoch: 0 };
    },
  };
  const cluster = {
    compression: 0,
    writer: () => link,
    anyNode: (work: (at: number) => Promise<unknown>) => work(0),
    address: (node: number) => node,
    directory: {
      count: async () => 2,
      leaders: async (batches: readonly { partition: number }[]) => batches.map(({ partition }) => partition),
      refresh: async () => undefined,
    },
  };
  return { log, ids: () => ids, open: () => KafkaPlainWriter.open(cluster as never) };
}

const both = (value: string) => [0, 1].map((partition) => ({ topic: "t", partition, key: null, value: Buffer.from(value) }));

describe("plain sends", () => {
  it("go out again under a new id where the broker has forgotten the producer", async () => {
    const { log, ids, open } = rig({ 0: [0, forgotten] });
    const writer = await open();
    await writer.send(both("a"));
    await writer.send(both("b"));
    await writer.send(both("c"));
    expect(log.sort()).toEqual(["0:a", "0:b", "0:c", "1:a", "1:b", "1:c"]);
    expect(ids()).toBe(2);
  });

  it("write nothing twice whose answer was lost while another partition had forgotten the producer", async () => {
    const { log, open } = rig({ 0: [0, forgotten], 1: [0, "taken, no answer"] });
    const writer = await open();
    await writer.send(both("a"));
    await writer.send(both("b"));
    await writer.send(both("c"));
    expect(log.sort()).toEqual(["0:a", "0:b", "0:c", "1:a", "1:b", "1:c"]);
  });

  it("lose nothing that was never taken beside such a partition", async () => {
    const { log, open } = rig({ 0: [forgotten], 1: ["no answer", forgotten] });
    const writer = await open();
    await expect(writer.send(both("a"))).rejects.toMatchObject({ message: expect.stringContaining("UNKNOWN_PRODUCER_ID") });
    // Whether the batch was written before the broker forgot is known to nobody: the sender is told, and may go on.
    await writer.send(both("b"));
    expect(log.filter((line) => line.endsWith("b"))).toEqual(["0:b", "1:b"]);
    expect(log).not.toContain("1:a");
  });

  it("fail with what cannot be mended, and go on after it", async () => {
    const { log, open } = rig({ 0: [forgotten], 1: [tooLarge] });
    const writer = await open();
    await expect(writer.send(both("a"))).rejects.toMatchObject({ code: "GW_RECORD_TOO_LARGE" });
    await writer.send(both("b"));
    expect(log).toEqual(["0:b", "1:b"]);
  });
});
