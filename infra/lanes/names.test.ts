import { describe, expect, it } from "vitest";
import { checkpointKey, checkpointTopic, laneLabel, memberGroup, runsTopic, transactionalId } from "./names.ts";

const name = { group: "ns.gatewatch", pipeline: "router-windows", part: "moe.router", slot: 7 };

/** Whoever changes one of these moves every user's offsets, fences or checkpoints: that is what this test is for. */
describe("the names that outlive a lane", () => {
  it("stay as they were in the first release", () => {
    expect({
      group: memberGroup(name),
      id: transactionalId(name),
      checkpoints: checkpointTopic(name.group),
      key: checkpointKey(name, 2),
      label: laneLabel(name),
      runs: runsTopic(name.pipeline),
    }).toEqual({
      group: "ns.gatewatch.router-windows.moe.router",
      id: "ns.gatewatch.router-windows.moe.router.7",
      checkpoints: "ns.gatewatch.checkpoints",
      key: "router-windows/moe.router/7/2",
      label: "router-windows/moe.router/7",
      runs: "gatewatch.internal.router-windows.runs",
    });
  });

  it("are another lane's in nothing but the slot", () => {
    const other = { ...name, slot: 8 };
    expect(memberGroup(other)).toBe(memberGroup(name));
    expect(transactionalId(other)).not.toBe(transactionalId(name));
    expect(checkpointKey(other, 0)).not.toBe(checkpointKey(name, 0));
  });
});
