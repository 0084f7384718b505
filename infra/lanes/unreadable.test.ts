import { expect, it } from "vitest";
import { Fault } from "../../schemas/faults/fault.ts";
import { LaneRig, until } from "../../test/lanes/harness.ts";
import { orderTest } from "../../test/lanes/pipelines.ts";

it("a lane whose input cannot be read halts by itself and names the place", async () => {
  const rig = new LaneRig(orderTest, 2);
  const { worker, kill } = await rig.worker();
  await until("both lanes are live", () => worker.lanes().length === 2 && worker.lanes().every(({ status }) => status === "live"));
  worker.lanes()[0]?.taps[1]?.unreadable?.(new Fault("GW_LOG_UNREADABLE", "test.right[0] cannot be read at 3"));
  await until("the lane is halted", () => worker.lanes().length === 1);
  expect(worker.status().reasons.join()).toMatch(/is halted: GW_LOG_UNREADABLE test\.right\[0\] cannot be read at 3/);
  expect(worker.lanes()[0]?.status).toBe("live");
  await kill();
  await rig.port.close();
});
