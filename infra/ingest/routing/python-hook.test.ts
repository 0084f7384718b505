import { spawn, spawnSync } from "node:child_process";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { json } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { topics } from "../../../schemas/topics/index.ts";
import type { RouterEventInput } from "../../../schemas/types/avro.ts";
import { memoryCodec } from "../../registry/memory-codec.ts";
import { RecordMaker } from "../record-maker.ts";
import { countedWindows } from "./expert-counts.ts";

const hooks = resolve(import.meta.dirname, "../../../deploy/hooks");
const python = spawnSync("python3", ["--version"]).status === 0;

let server: Server;
let url: string;
let got: { readonly path: string | undefined; readonly authorization: string | undefined; readonly body: unknown }[];
/** What the next requests are answered. */
let answers: { readonly status: number; readonly body: string }[];

beforeEach(async () => {
  [got, answers] = [[], []];
  server = createServer((request: IncomingMessage, response) => {
    void json(request).then((body) => {
      const { status, body: text } = answers.shift() ?? { status: 200, body: "{}" };
      if (status === 200) got.push({ path: request.url, authorization: request.headers.authorization, body });
      response.writeHead(status).end(text);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((done) => server.close(done)));

/** Runs a script in which `hook` counts by a clock that `at(seconds)` sets; what it prints last is JSON. */
async function run(script: string, options = ""): Promise<Record<string, unknown>> {
  const source = `
import json, sys, time
sys.dont_write_bytecode = True
from gatewatch_hook import Hook
now = [1767225600.0]
def at(seconds): now[0] = 1767225600.0 + seconds
hook = Hook(${JSON.stringify(url)}, num_experts=4, deployment_id="chat", instance_id="engine-0", source="SGLANG", clock=lambda: now[0], ${options})
${script}
print(json.dumps(dict(hook.counts, last=hook.last_error)))
`;
  const child = spawn("python3", ["-c", source], { env: { ...process.env, PYTHONPATH: hooks }, stdio: ["ignore", "pipe", "pipe"] });
  const texts = { out: "", err: "" };
  child.stdout.on("data", (some: Buffer) => (texts.out += some));
  child.stderr.on("data", (some: Buffer) => (texts.err += some));
  const code = await new Promise((done) => child.on("close", done));
  expect([code, texts.err]).toEqual([0, ""]);
  return JSON.parse(texts.out) as Record<string, unknown>;
}

const events = () => got.filter(({ path }) => path === "/api/v1/events/moe.router").flatMap(({ body }) => body as RouterEventInput[]);

describe.skipIf(!python)("the Python hook (wants python3)", { timeout: 60_000 }, () => {
  it("counts lists into windows that the topic takes", async () => {
    const counts = await run(
      `
hook.record(3, [[0, 1], [1, 2], [-1, -1]], [[0.5, 0.5], [0.75, 0.25], [0, 0]], phase="DECODE")
hook.record(3, [[3, -1]], [[0.5, 0.5]], phase="DECODE")
at(6)
hook.record(3, [0, 1])
hook.close()`,
      'token="a-token-of-sixteen"',
    );
    expect(counts).toMatchObject({ passes: 3, windows: 2, dropped_passes: 0, dropped_windows: 0, refused_windows: 0, errors: 0 });
    expect(got[0]?.authorization).toBe("Bearer a-token-of-sixteen");
    const [first, second] = events();
    const start = 1_767_225_600_000_000;
    expect(first).toMatchObject({ windowStart: start, windowEnd: start + 5_000_000, layer: 3, phase: "DECODE", topK: 2, source: "SGLANG" });
    expect(first).toMatchObject({ tokens: 3, assignments: 5, droppedTokens: 1, expertCounts: [1, 2, 1, 1], sampleRate: 1 });
    expect(first?.expertWeightSum).toEqual([0.5, 1.25, 0.25, 0.5]);
    expect(first?.tokenEntropyMean).toBeCloseTo((Math.log(2) + (0.75 * Math.log(4 / 3) + 0.25 * Math.log(4))) / 3, 9);
    expect(first?.top1MarginMean).toBeCloseTo((0 + 0.5 + 1) / 3, 9);
    expect(second).toMatchObject({ windowStart: start + 5_000_000, phase: "MIXED", tokens: 1 });
    expect(second).not.toHaveProperty("tokenEntropyMean");
    const codec = memoryCodec();
    await codec.register([topics.router]);
    const maker = new RecordMaker({ topic: topics.router, codec, named: (name) => name, maxAheadMs: 60_000 });
    for (const event of events()) maker.recordOf(event as unknown as Readonly<Record<string, unknown>>);
  });

  it("takes what looks like a tensor, as it was when it was given", async () => {
    await run(`
class Tensor:
    is_cuda = False
    def __init__(self, rows): self.rows = rows
    def detach(self): return self
    def clone(self): return Tensor([list(row) for row in self.rows])
    def tolist(self): return self.rows
ids = Tensor([[0, 1], [2, 3]])
hook.record(0, ids)
ids.rows[0][0] = 3
hook.close()`);
    expect(events()).toMatchObject([{ tokens: 2, expertCounts: [1, 1, 1, 1] }]);
  });

  it("never raises, whatever it is given, and says what was wrong", async () => {
    const counts = await run(`
for bad in (None, 7, "x", [["a"]], [[9, 0]], [[0, 1], 5], object()):
    hook.record(0, bad)
hook.record({}, [[0, 1]])
hook.record(0, [[0, 1]], [[float("nan"), 1.0]])
hook.load(None, 2)
hook.close()`);
    expect(counts.errors).toBeGreaterThan(5);
    expect(counts.last).toMatch(/Error/);
    // The token before the one that is none of a ragged list counts.
    expect(events()).toMatchObject([{ layer: 0, tokens: 2, expertCounts: [2, 2, 0, 0] }]);
  });

  it("asks again when the server is away or full, and loses nothing it has room for", async () => {
    answers = [
      { status: 503, body: "{}" },
      { status: 429, body: "{}" },
    ];
    const counts = await run(
      `
hook.record(0, [[0, 1]])
at(6)
time.sleep(1.5)
hook.close()`,
      "window=5.0",
    );
    expect(counts).toMatchObject({ windows: 1, errors: 2, dropped_windows: 0 });
    expect(events()).toMatchObject([{ tokens: 1 }]);
  });

  it("counts windows that the server refuses, and goes on", async () => {
    answers = [{ status: 422, body: '{"accepted": 0, "rejected": 1, "faults": [{"message": "senseless"}]}' }];
    const counts = await run(`
hook.record(0, [[0, 1]])
at(6)
time.sleep(0.6)
hook.record(0, [[0, 1]])
hook.close()`);
    expect(counts).toMatchObject({ windows: 1, refused_windows: 1 });
    expect(counts.last).toContain("senseless");
  });

  it("holds no more than it may while the server is gone, and record stays fast", async () => {
    await new Promise((done) => server.close(done));
    const counts = await run(
      `
took = []
for n in range(20000):
    at(n * 5)
    begun = time.perf_counter()
    hook.record(0, [[0, 1]])
    took.append(time.perf_counter() - begun)
assert len(hook._queue) <= 64 and len(hook._done) <= 16
assert sorted(took)[10000] < 0.001, sorted(took)[10000]
hook.close()`,
      "max_queue=64, max_windows=16",
    );
    expect(counts.windows).toBe(0);
    expect(Number(counts.dropped_passes) + Number(counts.dropped_windows)).toBe(20_000);
  });

  it("samples passes where asked, and says so", async () => {
    await run(
      `
for n in range(100): hook.record(n % 2, [[0, 1]])
hook.close()`,
      "sample_every=10",
    );
    expect(events()).toMatchObject([
      { layer: 0, tokens: 5, sampleRate: 0.1 },
      { layer: 1, tokens: 5 },
    ]);
  });

  it("posts a balancer's counts since the last call, with the map of replicas", async () => {
    await run(`
at(10)
hook.load([[1, 2, 3, 4, 5]], 2, [[0, 1, 2, 3, 0]])
hook.close()`);
    const [load] = got;
    expect(load?.path).toBe("/api/v1/routing/windows");
    expect(countedWindows(load?.body)).toMatchObject([
      { windowStart: 1_767_225_600_000_000, windowEnd: 1_767_225_610_000_000, instanceId: "engine-0", expertCounts: [6, 2, 3, 4] },
    ]);
  });
});
