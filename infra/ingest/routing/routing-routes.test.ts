import { afterEach, describe, expect, it } from "vitest";
import { Fault } from "../../../schemas/faults/fault.ts";
import { topics } from "../../../schemas/topics/index.ts";
import type { RouterEventInput } from "../../../schemas/types/avro.ts";
import { memoryCodec } from "../../registry/memory-codec.ts";
import { type IngestServer, startIngestServer } from "../http/ingest-server.ts";
import type { Intake } from "../intake.ts";
import { RecordMaker } from "../record-maker.ts";
import { CountedRoutes } from "./counted-routes.ts";
import { routingRoutes } from "./routing-routes.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A server whose intake checks as the real one does and keeps what it took. */
async function served({ idleMs = 60_000, windowMs = 5_000, awayMs = 0 } = {}) {
  const codec = memoryCodec();
  await codec.register([topics.router]);
  const maker = new RecordMaker({ topic: topics.router, codec, named: (name) => name, maxAheadMs: 60_000 });
  const taken: RouterEventInput[] = [];
  const takes: (readonly unknown[])[] = [];
  const said: string[] = [];
  const refusals: Fault[] = [];
  const intake: Intake = {
    async take(topic, values) {
      const refusal = refusals.shift();
      if (refusal !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, awayMs));
        throw refusal;
      }
      expect(topic.name).toBe("moe.router");
      for (const value of values) maker.recordOf(value as Readonly<Record<string, unknown>>);
      taken.push(...(values as RouterEventInput[]));
      takes.push(values);
      return { accepted: values.length, faults: [] };
    },
  };
  const waits = new Map<string, string | undefined>();
  const times = { windowMs, graceMs: 1_000, idleMs, maxAheadMs: 60_000, patience: { quietMs: 0, pauseMs: { first: 5, most: 20 } } };
  const telling = {
    say: (line: string) => void said.push(line),
    waits: (who: string, reason?: string) => void waits.set(who, reason),
  };
  const options = { ...times, ...telling, maxOpen: 10_000 };
  const counted = new CountedRoutes(options, intake);
  const limits = { maxBodyBytes: 100_000, maxStreamBytes: 10_000_000 };
  const add = (one: Parameters<typeof routingRoutes>[0]) => routingRoutes(one, intake, counted, limits);
  const server: IngestServer = await startIngestServer({ host: "127.0.0.1", port: 0, token: undefined, routes: [add] });
  stops.push(async () => {
    await server.stop();
    await counted.stop();
  });
  const post = async (path: string, body: string) => {
    const response = await fetch(`${server.address}/api/v1/routing/${path}`, { method: "POST", body });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { post, taken, takes, said, refusals, counted, waits };
}

const at = Date.parse("2026-01-01T00:00:00Z") * 1000;
const gate = "tokens?numExperts=4&topK=2&instanceId=engine-0&deploymentId=chat&source=VLLM";
const token = (ms: number, experts = [0, 1], more = {}) => `${JSON.stringify({ layer: 0, experts, ts: at + ms * 1000, ...more })}\n`;

describe("tokens over HTTP", () => {
  it("are counted, and their windows taken when they close", async () => {
    const { post, taken } = await served();
    const first = await post(gate, token(0) + token(10, [1, 2]));
    expect(first).toEqual({ status: 202, body: { accepted: 2, rejected: 0, faults: [], late: 0, padding: 0 } });
    expect(taken).toEqual([]);
    await post(gate, token(6_000));
    expect(taken).toMatchObject([{ deploymentId: "chat", instanceId: "engine-0", source: "VLLM", tokens: 2, expertCounts: [1, 2, 1, 0] }]);
  });

  it("are named where they are no good, the others are counted", async () => {
    const { post } = await served();
    const tomorrow = `${JSON.stringify({ layer: 0, experts: [0], ts: (Date.now() + 86_400_000) * 1000 })}\n`;
    const { status, body } = await post(gate, `${token(0)}no JSON\n${token(1, [4, 0])}${tomorrow}[1]\n${token(2)}`);
    expect([status, body.accepted, body.rejected]).toEqual([422, 2, 4]);
    expect(body.faults).toMatchObject([
      { index: 1, code: "GW_RECORD_UNREADABLE" },
      { index: 2, code: "GW_RECORD_SENSELESS", message: "expert 4 of 4: they are numbered from 0" },
      { index: 3, code: "GW_RECORD_TIME" },
      { index: 4, code: "GW_RECORD_SHAPE" },
    ]);
  });

  it("need the gate's shape, which no token can tell", async () => {
    const { post } = await served();
    const { status, body } = await post("tokens?topK=2", token(0));
    expect(status).toBe(400);
    expect(body.error).toContain("numExperts");
  });

  it("have windows closed when no more come", async () => {
    const { post, taken } = await served({ idleMs: 80 });
    await post(gate, token(0));
    await expect.poll(() => taken.length).toBe(1);
  });

  it("have the windows of an instance closed that fell silent, while another goes on", async () => {
    const { post, taken } = await served({ idleMs: 200 });
    await post(gate, token(0) + token(0, [0, 1], { instanceId: "engine-1" }));
    const goesOn = async () => {
      await post(gate, token(1, [0, 1], { instanceId: "engine-1" }));
      return taken.map(({ instanceId, tokens }) => [instanceId, tokens]);
    };
    await expect.poll(goesOn, { interval: 20, timeout: 5_000 }).toEqual([["engine-0", 1]]);
  });

  it("are refused where they are a window and the grace ahead of the clock: one such would hold all windows open", async () => {
    const { post, taken } = await served();
    const now = Date.now() * 1000;
    const live = (aheadMs: number) => `${JSON.stringify({ layer: 0, experts: [0, 1], ts: now + aheadMs * 1000 })}\n`;
    const { status, body } = await post(gate, live(-20_000) + live(50_000) + live(4_000));
    expect([status, body.accepted, body.rejected]).toEqual([422, 2, 1]);
    expect(body.faults).toMatchObject([{ index: 1, code: "GW_RECORD_TIME" }]);
    expect(taken).toMatchObject([{ tokens: 1 }]);
  });

  it("go to Kafka in pieces by their size, before very wide windows pile up", async () => {
    const { post, taken, takes } = await served();
    const wide = "tokens?numExperts=60000&topK=2";
    const lines = Array.from({ length: 30 }, (_, n) => token(n * 10_000)).join("");
    await post(wide, lines);
    expect(taken).toHaveLength(29);
    expect(Math.max(...takes.map((windows) => windows.length))).toBeLessThanOrEqual(2);
  });

  it("wait with their windows while Kafka is away, and no others are counted meanwhile", async () => {
    const { post, taken, refusals } = await served();
    refusals.push(new Fault("GW_INTAKE_UNAVAILABLE", "away"), new Fault("GW_INTAKE_FULL", "full"));
    expect((await post(gate, token(0) + token(6_000))).status).toBe(503);
    expect(await post(gate, token(6_001))).toMatchObject({ status: 429, body: { accepted: 0 } });
    expect((await post(gate, token(6_002))).status).toBe(202);
    expect(taken).toMatchObject([{ tokens: 1 }]);
  });

  it("are all told in the time of one call that Kafka is away, however many wait", async () => {
    const { post, refusals, takes } = await served({ awayMs: 300 });
    refusals.push(...Array.from({ length: 20 }, () => new Fault("GW_INTAKE_UNAVAILABLE", "away")));
    await post(gate, token(0) + token(6_000));
    const started = performance.now();
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => post(gate, token(6_001 + n))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(takes).toEqual([]);
  });

  it("say what their windows wait for when nobody asks, tell health, and say when it is over", async () => {
    const { post, taken, said, refusals, waits } = await served({ idleMs: 40 });
    refusals.push(...Array.from({ length: 10 }, () => new Fault("GW_INTAKE_UNAVAILABLE", "no right")));
    await post(gate, token(0));
    await expect.poll(() => waits.get("routing")).toContain("no right");
    await expect.poll(() => taken.length).toBe(1);
    await expect.poll(() => waits.get("routing")).toBeUndefined();
    expect(said.map((line) => line.slice(0, 30))).toEqual(["routing: GW_INTAKE_UNAVAILABLE", "routing: It answers now."]);
  });

  it("go to Kafka before very many windows pile up", async () => {
    const { post, refusals } = await served();
    refusals.push(new Fault("GW_INTAKE_UNAVAILABLE", "away"));
    const lines = Array.from({ length: 4_000 }, (_, n) => token(n * 10_000)).join("");
    expect(await post(gate, `nonsense\n\n${lines}`)).toMatchObject({ status: 503, body: { accepted: 1_001, rejected: 1, next: 1_003 } });
  });

  it("are in Kafka when it stops", async () => {
    const { post, taken, counted } = await served();
    await post(gate, token(0));
    await counted.stop();
    expect(taken).toMatchObject([{ tokens: 1 }]);
  });

  it("come in their thousands", async () => {
    const { post, taken } = await served({ windowMs: 1_000 });
    const body = Array.from({ length: 30_000 }, (_, n) => token(n, [n % 4, (n + 1) % 4])).join("");
    expect((await post(gate, body)).body).toMatchObject({ accepted: 30_000, rejected: 0, late: 0 });
    expect(taken.length).toBe(28);
    expect(taken.every(({ tokens }) => tokens === 1_000)).toBe(true);
  });
});

describe("a balancer's counts over HTTP", () => {
  const load = {
    windowStart: "2026-01-01T00:00:00Z",
    windowEnd: "2026-01-01T00:00:10Z",
    instanceId: "engine-0",
    source: "VLLM",
    numExperts: 3,
    topK: 2,
    counts: [
      [0, 0, 0, 0],
      [4, 3, 2, 1],
    ],
    physicalToLogical: [
      [0, 1, 2, 0],
      [0, 1, 2, 1],
    ],
  };
  const posted = (more: object) => JSON.stringify({ ...load, ...more });

  it("become a window a layer, replicas added up, layers that route nothing left out", async () => {
    const { post, taken } = await served();
    expect(await post("windows", posted({}))).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(taken).toMatchObject([{ windowStart: at, layer: 1, tokens: 5, assignments: 10, expertCounts: [4, 4, 2] }]);
  });

  it("keep every layer where none routed anything", async () => {
    const { post, taken } = await served();
    await post("windows", posted({ counts: [[0, 0, 0]], physicalToLogical: undefined, layers: [7] }));
    expect(taken).toMatchObject([{ layer: 7, tokens: 0, expertCounts: [0, 0, 0] }]);
  });

  it.for([
    [{ counts: [[1, 2]], physicalToLogical: undefined }, 422, "replicas need physicalToLogical"],
    [{ physicalToLogical: [[0, 1, 2, 0]] }, 422, "but 1 of physicalToLogical"],
    [{ layers: [1] }, 422, "but 1 of layers"],
    [
      {
        physicalToLogical: [
          [0, 1, 2, 0],
          [0, 1, 2, 3],
        ],
      },
      422,
      "names expert 3 of 3",
    ],
    [
      {
        physicalToLogical: [
          [0, 1, 2, 0],
          [0, 1, 2, -1],
        ],
      },
      422,
      "slot 3 holds no expert",
    ],
    [{ counts: [[-1]] }, 400, "counts.0.0"],
    [{ topK: 0 }, 400, "topK"],
    [{ windowStart: "now" }, 400, "windowStart"],
    [{ extra: 1 }, 400, "extra"],
  ] as const)("are refused: %j", async ([more, wanted, message]) => {
    const { post, taken } = await served();
    const { status, body } = await post("windows", posted(more));
    expect([status, taken]).toEqual([wanted, []]);
    expect(body.error).toContain(message);
  });
});
