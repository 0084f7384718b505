import { describe, expect, it } from "vitest";
import { MemorySchemas, memoryCodec } from "../../infra/registry/memory-codec.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import { LaneRig, until } from "./harness.ts";
import { left, priced, type Reading, table, tableTest } from "./pipelines.ts";

/**
 * Tables under schemas that the worker has to ask for, as it is with a registry: the other lane tests read without one.
 *   in      a price in the table, then a reading that needs it; later another price, another reading
 *   expect  no dead letter, each reading priced by what stood in the table
 */
const start = Date.UTC(2026, 0, 1) * 1_000;
const reading = (key: string, value: number, at = 0): Reading => ({ key, ts: start + at * 1_000_000, value });

describe("a table whose schemas nobody here has met", () => {
  it("is read whole and followed like any other", async () => {
    const schemas = new MemorySchemas();
    const others = memoryCodec(schemas);
    await others.register([table, left]);
    const codec = memoryCodec(schemas);
    await codec.register([priced]);
    const rig = new LaneRig(tableTest, 1);
    const produce = (topic: AnyTopic, value: Reading) =>
      rig.log.append([{ topic: topic.name, partition: 0, key: Buffer.from(topic.key(value)), value: others.encode(topic, value) }]);
    const written = async () => (await rig.read(priced.name)).flat();

    produce(table, reading("k", 7));
    produce(left, reading("k", 2));
    const first = await rig.worker({ codec });
    await until("the first reading is priced", async () => (await written()).length === 1);
    produce(table, reading("k", 8, 1));
    await until("the table has come", () => first.worker.lanes().length === 1);
    produce(left, reading("k", 3, 1));
    await until("the second reading is priced", async () => (await written()).length === 2);
    await first.kill();

    const again = memoryCodec(schemas);
    await again.register([priced]);
    const second = await rig.worker({ codec: again });
    produce(left, reading("k", 4, 2));
    await until("the third reading is priced", async () => (await written()).length === 3);
    await second.worker.stop();
    expect((await rig.read("gatewatch.dlq")).flat()).toEqual([]);
  });
});
