import { describe, expect, it } from "vitest";
import type { JoinOptions, LogPort, Membership } from "../../infra/kafka/port.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import { LaneRig, until } from "./harness.ts";
import { left, numbered, orderTest, type Reading } from "./pipelines.ts";
import { plainly } from "./plainly.ts";

/**
 * What keeps a lane's outputs exact, and proof that these tests would notice its absence: each guard is tried as it is and
 * taken out.
 *   in      60 readings, then 40 more, in one partition
 *   expect  one output a reading, numbered and chained without a gap
 */
const start = Date.UTC(2026, 0, 1) * 1_000;
const readings = (from: number, count: number): Reading[] =>
  Array.from({ length: count }, (_, i) => ({ key: `k${(from + i) % 7}`, ts: start + (from + i) * 1_000, value: from + i }));

async function texts(rig: LaneRig): Promise<string[]> {
  return (await rig.values(numbered)).map((value) => (value as { text: string }).text);
}

const count = async (rig: LaneRig) => (await texts(rig)).length;

/** A port whose transactions wait for a gate, and whose membership others may end without this side being told. */
class FrozenPort {
  readonly port: LogPort;
  readonly #gate = Promise.withResolvers<void>();
  #frozen = false;
  #membership: Membership | undefined;
  refused = 0;

  constructor(inner: LogPort) {
    this.port = {
      ...plainly(inner),
      join: async (options) => (this.#membership = await inner.join(this.#deaf(options))),
      fence: async (id) => {
        const writer = await inner.fence(id);
        return {
          abort: () => writer.abort(),
          send: async (records) => {
            if (this.#frozen) await this.#gate.promise;
            return writer.send(records).catch((error) => this.#refuse(error));
          },
          commit: (group, positions) => writer.commit(group, positions).catch((error) => this.#refuse(error)),
        };
      },
    };
  }

  /** From here on this worker is a zombie: the group has gone on without it. */
  async freeze(): Promise<void> {
    this.#frozen = true;
    await this.#membership?.leave();
  }

  wake(): void {
    this.#gate.resolve();
  }

  #refuse(error: unknown): never {
    this.refused += 1;
    throw error;
  }

  #deaf(options: JoinOptions): JoinOptions {
    return { ...options, assigned: (partitions) => (this.#frozen ? undefined : options.assigned(partitions)) };
  }
}

/** A zombie holds outputs of 40 readings that it has not written; another worker takes the lane and writes them; the zombie wakes. */
async function afterAZombie(fence: (inner: LogPort) => LogPort) {
  const rig = new LaneRig(orderTest, 1);
  const frozen = new FrozenPort(rig.log.connect());
  const zombie = await rig.worker({ port: frozen.port });
  rig.produce(left, 0, readings(0, 60));
  await until("the first worker has written", async () => (await count(rig)) === 60);
  await frozen.freeze();
  rig.produce(left, 0, readings(60, 40));
  const owner = await rig.worker({ port: fence(rig.log.connect()) });
  await until("the new owner has written", async () => (await count(rig)) === 100);
  frozen.wake();
  await until("the zombie has tried", async () => frozen.refused > 0 || (await count(rig)) > 100);
  const written = await texts(rig);
  await owner.worker.stop();
  await zombie.kill();
  return { written, refused: frozen.refused };
}

/** Ends a worker at a position that its last checkpoint is behind of, so that the next one replays. */
async function afterAReplay(pipeline: Pipeline) {
  const rig = new LaneRig(orderTest, 1, { checkpointIntervalMs: 3_600_000 });
  const first = await rig.worker();
  rig.produce(left, 0, readings(0, 60));
  await until("the first worker has written", async () => (await count(rig)) === 60);
  rig.produce(left, 0, readings(60, 20));
  await until("and again, without a checkpoint", async () => (await count(rig)) === 80);
  await first.kill();
  rig.produce(left, 0, readings(80, 20));
  const second = await rig.worker({ pipeline });
  await until("the second worker has written", async () => (await count(rig)) >= 100);
  await second.worker.stop();
  return texts(rig);
}

const numbers = (written: readonly string[]) => written.map((text) => Number(text.split("|")[2]));
const inOrder = Array.from({ length: 100 }, (_, i) => i + 1);

describe("the fence", () => {
  it("refuses what a zombie still wants to write", async () => {
    const { written, refused } = await afterAZombie((inner) => inner);
    expect(numbers(written)).toEqual(inOrder);
    expect(refused).toBe(1);
  });

  it("is what keeps it out: without it the zombie's outputs are there twice", async () => {
    const { written } = await afterAZombie((inner) => ({ ...plainly(inner), fence: (id) => inner.fence(`${id}.unfenced`) }));
    expect(written.length).toBeGreaterThan(100);
  });
});

describe("muted replay", () => {
  it("brings the state back and writes nothing again", async () => expect(numbers(await afterAReplay(orderTest))).toEqual(inOrder));

  it("is what keeps outputs single: unmuted they are there twice", async () => {
    const loud: Pipeline = {
      ...orderTest,
      open: (part, options) => Object.defineProperty(orderTest.open(part, options), "muted", { get: () => false, set: () => undefined }),
    };
    const written = await afterAReplay(loud);
    expect(written.length).toBeGreaterThan(100);
    expect(new Set(written).size).toBe(100);
  });
});
