import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Fault } from "../../schemas/faults/fault.ts";
import type { FaultCode } from "../../schemas/faults/faults.ts";
import { openMemoryLog } from "../kafka/memory/log.ts";
import type { JoinOptions, LogPort, Tap } from "../kafka/port.ts";
import { openLog } from "../telemetry/log.ts";
import type { LaneStatus } from "./lane.ts";
import { PartRunner, type Runnable } from "./part-runner.ts";

/** A lane that lives and ends as its test says. */
class ScriptedLane implements Runnable {
  readonly taps: readonly Tap[] = [];
  readonly stalledMs = 0;
  status: LaneStatus = "waiting";
  hurried = 0;
  readonly partition: number;
  readonly #end = Promise.withResolvers<void>();

  constructor(partition: number) {
    this.partition = partition;
  }

  async run(onLive: () => void): Promise<void> {
    this.status = "live";
    onLive();
    await this.#end.promise;
  }
  finish(): void {
    this.drop();
  }
  drop(): void {
    this.status = "closed";
    this.#end.resolve();
  }
  hurry(): void {
    this.hurried += 1;
  }
  fail(code: FaultCode): void {
    this.status = "closed";
    this.#end.reject(new Fault(code, `lane ${this.partition} broke`));
  }
}

interface Rig {
  readonly runner: PartRunner<ScriptedLane>;
  readonly opened: ScriptedLane[];
  readonly counted: string[];
  readonly said: { level: string; code: string }[];
  readonly group: JoinOptions;
  left: number;
}

async function rig(make = (partition: number) => new ScriptedLane(partition)): Promise<Rig> {
  const opened: ScriptedLane[] = [];
  const counted: string[] = [];
  const said: { level: string; code: string }[] = [];
  let group: JoinOptions | undefined;
  const state = { left: 0 };
  const port = openMemoryLog().connect();
  const log: LogPort = {
    kind: port.kind,
    admin: port.admin,
    feed: port.feed,
    fetch: (...args) => port.fetch(...args),
    fence: (id) => port.fence(id),
    producer: () => port.producer(),
    close: () => port.close(),
    join: async (options) => {
      group = options;
      const leave = async () => {
        state.left += 1;
      };
      return { leave };
    },
  };
  const runner = new PartRunner<ScriptedLane>({
    log,
    logger: openLog({ write: (line) => said.push(JSON.parse(line) as (typeof said)[number]) }),
    group: "g.p.main",
    topics: ["moe.router"],
    settings: { sessionTimeoutMs: 10_000, heartbeatMs: 1_000, rebalanceTimeoutMs: 30_000 },
    open: (partition) => {
      const lane = make(partition);
      opened.push(lane);
      return lane;
    },
    lost: () => undefined,
    count: (event) => counted.push(event),
  });
  await runner.start();
  if (group === undefined) throw new Error("it has joined no group");
  return Object.assign(state, { runner, opened, counted, said, group });
}
const settled = () => vi.advanceTimersByTimeAsync(0);
const partitions = (lanes: readonly ScriptedLane[]) => lanes.map(({ partition }) => partition);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the lanes of a part", () => {
  it("follow the assignment: new ones are opened, gone ones dropped, and what stays is not touched", async () => {
    const { runner, opened, group } = await rig();
    expect(runner.assigned).toBeUndefined();
    group.assigned(new Set([0, 1]));
    const [zero, one] = opened;
    group.assigned(new Set([1, 2]));
    await settled();
    expect(partitions(opened)).toEqual([0, 1, 2]);
    expect([zero?.status, one?.status]).toEqual(["closed", "live"]);
    expect(runner.lanes.get(1)).toBe(one);
    expect([...runner.lanes.keys()]).toEqual([1, 2]);
  });

  it("write a checkpoint when a rebalance begins, for whoever takes over", async () => {
    const { opened, group, counted } = await rig();
    group.assigned(new Set([0, 1]));
    group.rebalancing();
    expect(opened.map(({ hurried }) => hurried)).toEqual([1, 1]);
    expect(counted).toEqual(["rebalance"]);
  });

  it("that end are opened again only after two heartbeats: a zombie would fence its successor else", async () => {
    const { opened, group } = await rig();
    group.assigned(new Set([0]));
    opened[0]?.fail("GW_LANE_FENCED");
    await settled();
    expect(opened).toHaveLength(1);
    group.heartbeat();
    await settled();
    expect(opened).toHaveLength(1);
    group.heartbeat();
    await settled();
    expect(opened).toHaveLength(2);
  });

  it("that end are opened again at once where the group has just confirmed them", async () => {
    const { opened, group } = await rig();
    group.assigned(new Set([0]));
    opened[0]?.fail("GW_LANE_OUTCOME_UNKNOWN");
    await settled();
    group.assigned(new Set([0]));
    await settled();
    expect(opened).toHaveLength(2);
  });

  it("that ended are not opened again where the group has given them to another meanwhile", async () => {
    const { runner, opened, group } = await rig();
    group.assigned(new Set([0]));
    opened[0]?.fail("GW_LANE_FENCED");
    group.assigned(new Set([]));
    await settled();
    group.heartbeat();
    group.heartbeat();
    await settled();
    expect(opened).toHaveLength(1);
    expect(runner.lanes.size).toBe(0);
  });

  it("that come back to their member are new ones: the dropped one is never used again", async () => {
    const { runner, opened, group } = await rig();
    group.assigned(new Set([0]));
    group.assigned(new Set([]));
    group.assigned(new Set([0]));
    await settled();
    expect(opened).toHaveLength(2);
    expect(runner.lanes.get(0)).toBe(opened[1]);
    group.heartbeat();
    group.heartbeat();
    await settled();
    expect(opened).toHaveLength(2);
  });

  it("are counted as fenced or failed, and said as what they are", async () => {
    const { opened, group, counted, said } = await rig();
    group.assigned(new Set([0, 1]));
    opened[0]?.fail("GW_LANE_FENCED");
    opened[1]?.fail("GW_GRAPH_BROKEN");
    await settled();
    expect(counted).toEqual(["fenced", "failure"]);
    expect(said).toMatchObject([
      { level: "warn", code: "GW_LANE_FENCED", group: "g.p.main", partition: 0 },
      { level: "warn", code: "GW_GRAPH_BROKEN", partition: 1 },
    ]);
  });

  it("are dropped and followed by others where the worker finds them stuck, though they never end", async () => {
    class Hung extends ScriptedLane {
      override drop(): void {
        this.status = "closed";
      }
    }
    const { runner, opened, group, counted } = await rig((partition) => new Hung(partition));
    group.assigned(new Set([0]));
    runner.replace(0, new Fault("GW_LANE_STALLED", "it does not move"));
    runner.replace(0, new Fault("GW_LANE_STALLED", "it does not move"));
    await settled();
    expect([opened.length, opened[0]?.status]).toEqual([1, "closed"]);
    group.heartbeat();
    group.heartbeat();
    await settled();
    expect(opened).toHaveLength(2);
    expect(counted).toEqual(["stalled"]);
  });

  it("are nobody's concern when they fail after another has followed them", async () => {
    const { runner, opened, group, counted } = await rig();
    group.assigned(new Set([0]));
    runner.replace(0, new Fault("GW_LANE_STALLED", "it does not move"));
    opened[0]?.fail("GW_LANE_OFFSET_GAP");
    group.heartbeat();
    group.heartbeat();
    await settled();
    expect(runner.halted.size).toBe(0);
    expect([opened.length, counted]).toEqual([2, ["stalled"]]);
  });
});

describe("a lane that only a person can help", () => {
  it("stands still with its reason and remedy, and is not opened by heartbeats or an unchanged assignment", async () => {
    const { runner, opened, group, said } = await rig();
    group.assigned(new Set([0, 1]));
    opened[0]?.fail("GW_LANE_OFFSET_GAP");
    await settled();
    for (let i = 0; i < 5; i += 1) group.heartbeat();
    group.assigned(new Set([0, 1]));
    await settled();
    expect(opened).toHaveLength(2);
    expect([...runner.halted.values()]).toEqual([
      { partition: 0, code: "GW_LANE_OFFSET_GAP", message: "lane 0 broke", remedy: expect.stringContaining("retention") },
    ]);
    expect(said).toMatchObject([{ level: "error", code: "GW_LANE_OFFSET_GAP" }]);
  });

  it("is forgotten when the group takes it away, and tried afresh when it comes back", async () => {
    const { runner, opened, group } = await rig();
    group.assigned(new Set([0]));
    opened[0]?.fail("GW_CHECKPOINT_CORRUPT");
    await settled();
    group.assigned(new Set([]));
    expect(runner.halted.size).toBe(0);
    group.assigned(new Set([0]));
    expect(opened).toHaveLength(2);
  });
});

describe("stopping", () => {
  it("finishes every lane, then leaves the group, and opens nothing any more", async () => {
    const state = await rig();
    const { runner, opened, group } = state;
    group.assigned(new Set([0, 1]));
    await runner.stop(1_000);
    expect(opened.map(({ status }) => status)).toEqual(["closed", "closed"]);
    expect(state.left).toBe(1);
    group.assigned(new Set([0, 1, 2]));
    await settled();
    expect(opened).toHaveLength(2);
  });

  it("drops what has not finished by the deadline, and leaves all the same", async () => {
    class Stuck extends ScriptedLane {
      override finish(): void {
        this.status = "finishing";
      }
    }
    const state = await rig((partition) => new Stuck(partition));
    state.group.assigned(new Set([0]));
    const stopped = state.runner.stop(1_000);
    await vi.advanceTimersByTimeAsync(900);
    expect([state.opened[0]?.status, state.left]).toEqual(["finishing", 0]);
    await vi.advanceTimersByTimeAsync(200);
    await stopped;
    expect([state.opened[0]?.status, state.left]).toEqual(["closed", 1]);
  });
});
