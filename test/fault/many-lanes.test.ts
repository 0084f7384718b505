import { describe, expect, it } from "vitest";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { topics } from "../../schemas/topics/index.ts";
import type { RouterEvent } from "../../schemas/types/avro.ts";
import { until } from "../lanes/harness.ts";
import { sharedPart } from "../parts/shared-part.ts";
import { routerRecords } from "../pipelines/inputs.ts";
import { KafkaRig } from "./kafka-rig.ts";

const kafka = await sharedPart("kafka");
const lanes = 250;

/**
 * 250 lanes in one process, fed in three rounds; between the second and the third the process is killed.
 *   expect  all lanes live, all records committed, and exactly the windows of the same graphs in one go
 */
describe.skipIf(kafka === undefined)("250 lanes in one process", () => {
  it("start, keep up, and recover together", { timeout: 180_000 }, async () => {
    const rig = await KafkaRig.open(routerWindows, lanes, kafka?.address ?? "");
    try {
      rig.start(0);
      const records = routerRecords(30, 21).map(({ value }) => value as RouterEvent);
      for (const round of [0, 1, 2]) {
        const some = records.slice(round * 120, (round + 1) * 120);
        await Promise.all(Array.from({ length: lanes }, (_, partition) => rig.produce(topics.router, partition, some)));
        await until(`all lanes have committed round ${round}`, () => rig.caughtUp(), 60_000);
        if (round !== 1) continue;
        await rig.kill(0);
        rig.start(0);
      }
      const written = (await rig.values(topics.window)).map((value) => JSON.stringify(value)).sort();
      expect(written.length).toBeGreaterThan(lanes * 100);
      expect(written).toEqual((await rig.expected(topics.window)).map((value) => JSON.stringify(value)).sort());
    } finally {
      await rig.close();
    }
  });
});
