import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { Fault } from "../../../schemas/faults/fault.ts";
import type { Intake } from "../intake.ts";
import { eventsRoute } from "./events-route.ts";
import { type IngestServer, startIngestServer } from "./ingest-server.ts";

const servers: IngestServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

/** A server over an intake that takes everything with a name. */
async function served({ intake, token, maxBodyBytes = 10_000 }: { intake?: Intake; token?: string; maxBodyBytes?: number } = {}) {
  const taken: unknown[] = [];
  const own: Intake = intake ?? {
    async take(_, values) {
      const faults = values.flatMap((value, index) =>
        isNamed(value) ? [] : [{ index, code: "GW_RECORD_SHAPE", message: "name: is missing" }],
      );
      taken.push(...values.filter(isNamed));
      return { accepted: values.length - faults.length, faults };
    },
  };
  const limits = { maxBodyBytes, maxStreamBytes: 50_000_000 };
  const server = await startIngestServer({ host: "127.0.0.1", port: 0, token, routes: [(one) => eventsRoute(one, own, limits)] });
  servers.push(server);
  const post = async (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = { "content-type": "application/json" },
    topic = "moe.metric",
  ) => {
    const response = await fetch(`${server.address}/api/v1/events/${topic}`, { method: "POST", body, headers });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
  };
  return { server, taken, post };
}

const isNamed = (value: unknown): boolean => typeof value === "object" && value !== null && Object.hasOwn(value, "name");
const lines = { "content-type": "application/x-ndjson" };

describe("events over HTTP", () => {
  it.for([
    ['{"name":"a"}', { "content-type": "application/json" }],
    ['[{"name":"a"}]', { "content-type": "application/json; charset=utf-8" }],
    ['{"name":"a"}\n', lines],
  ] as const)("are taken as %s", async ([body, headers]) => {
    const { post, taken } = await served();
    expect(await post(body, headers)).toMatchObject({ status: 200, body: { accepted: 1, rejected: 0 } });
    expect(taken).toEqual([{ name: "a" }]);
  });

  it("of a large array are taken in pieces, faults by their place in it", async () => {
    const { post, taken } = await served({ maxBodyBytes: 1_000_000 });
    const answer = await post(JSON.stringify(Array.from({ length: 20_000 }, (_, i) => (i === 15_001 ? {} : { name: `n${i}` }))));
    expect(answer).toMatchObject({ status: 422, body: { accepted: 19_999, rejected: 1, faults: [{ index: 15_001 }] } });
    expect(taken).toHaveLength(19_999);
  });

  it("are taken from gzip, and not unpacked beyond the limit", async () => {
    const { post } = await served();
    const zip = { "content-type": "application/json", "content-encoding": "gzip" };
    expect((await post(new Uint8Array(gzipSync('{"name":"a"}')), zip)).status).toBe(200);
    expect((await post(new Uint8Array(gzipSync(`{"name":"${"a".repeat(5_000_000)}"}`)), zip)).status).toBe(413);
    expect((await post("no gzip", zip)).status).toBe(400);
  });

  it("are named where they are no good, and the good ones stay taken", async () => {
    const { post, taken } = await served();
    const answer = await post('{"name":"a"}\nnonsense\n{"x":1}\n\n{"name":"b"}', lines);
    expect(answer).toMatchObject({ status: 422, body: { accepted: 2, rejected: 2 } });
    const faults = answer.body.faults as { index: number; code: string }[];
    expect(faults.map(({ index, code }) => [index, code]).toSorted()).toEqual([
      [1, "GW_RECORD_UNREADABLE"],
      [2, "GW_RECORD_SHAPE"],
    ]);
    expect(taken).toHaveLength(2);
  });

  it.for([
    ["{", { "content-type": "application/json" }, "moe.metric", 400],
    ['[{"name":"a"},{"name":"b"}],"values":[]', { "content-type": "application/json" }, "moe.metric", 400],
    ['[{"name":"a"}]}', { "content-type": "application/json" }, "moe.metric", 400],
    ["1", { "content-type": "application/json" }, "moe.metric", 400],
    ["", { "content-type": "application/json" }, "moe.metric", 400],
    ['{"name":"a"}', { "content-type": "application/json" }, "gatewatch.alert", 404],
    ['{"name":"a"}', { "content-type": "application/json" }, "__proto__", 404],
    ["a=b", { "content-type": "application/x-www-form-urlencoded" }, "moe.metric", 415],
    ['{"name":"a"}', { "content-type": "application/json", "content-encoding": "br" }, "moe.metric", 415],
    [`{"name":"${"x".repeat(20_000)}"}`, { "content-type": "application/json" }, "moe.metric", 413],
  ] as const)("are refused as %s with %o for %s: %i", async ([body, headers, topic, status]) => {
    expect((await (await served()).post(body, headers, topic)).status).toBe(status);
  });

  it.for([
    ["GW_INTAKE_FULL", 429],
    ["GW_INTAKE_UNAVAILABLE", 503],
  ] as const)("are told when to come again on %s", async ([code, status]) => {
    const intake: Intake = { take: () => Promise.reject(new Fault(code, "not now")) };
    const { post } = await served({ intake });
    const answer = await post('{"name":"a"}');
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("that hold millions of empty things are refused before anything is made of them", async () => {
    const { post, taken } = await served({ maxBodyBytes: 8_000_000 });
    expect((await post(`[${"{},".repeat(2_000_000)}{}]`)).status).toBe(413);
    const answer = await post(`{"name":"a","x":[${"[],".repeat(2_000_000)}[]]}\n{"name":"b"}`, lines);
    expect(answer).toMatchObject({ status: 422, body: { accepted: 1, faults: [{ index: 0, code: "GW_RECORD_TOO_LARGE" }] } });
    expect(taken).toEqual([{ name: "b" }]);
  });

  it("that broke off tell the line to go on from, whatever was wrong before", async () => {
    const sent: unknown[] = [];
    let calls = 0;
    const intake: Intake = {
      async take(_, values) {
        calls += 1;
        if (calls === 2) throw new Fault("GW_INTAKE_FULL", "not now");
        sent.push(...values);
        return { accepted: values.length - 1, faults: [{ index: 0, code: "GW_RECORD_SHAPE", message: "no" }] };
      },
    };
    const { post } = await served({ intake });
    const all = Array.from({ length: 5_000 }, (_, n) => (n % 100 === 7 ? "nonsense" : `{"name":"m${n}"}`));
    const { status, body } = await post(all.join("\n"), lines);
    expect([status, sent.length, body.accepted]).toEqual([429, 2_000, 1_999]);
    const next = Number(body.next);
    await post(all.slice(next).join("\n"), lines);
    const named = all.filter((line) => line !== "nonsense").map((line) => JSON.parse(line));
    expect(sent).toEqual(named);
  });

  it("of an array that broke off, too", async () => {
    let calls = 0;
    const intake: Intake = {
      async take(_, values) {
        calls += 1;
        if (calls === 2) throw new Fault("GW_INTAKE_UNAVAILABLE", "not now");
        return { accepted: values.length, faults: [] };
      },
    };
    const { post } = await served({ intake, maxBodyBytes: 1_000_000 });
    const answer = await post(JSON.stringify(Array.from({ length: 5_000 }, () => ({ name: "a" }))));
    expect(answer).toMatchObject({ status: 503, body: { accepted: 2_000, next: 2_000 } });
  });

  it("need the token where there is one", async () => {
    const { post } = await served({ token: "a-token-of-some-length" });
    expect((await post('{"name":"a"}')).status).toBe(401);
    expect((await post('{"name":"a"}', { "content-type": "application/json", authorization: "Bearer wrong" })).status).toBe(401);
    const right = { "content-type": "application/json", authorization: "Bearer a-token-of-some-length" };
    expect((await post('{"name":"a"}', right)).status).toBe(200);
  });

  it("are not taken on an address that others reach without a token", async () => {
    await expect(startIngestServer({ host: "0.0.0.0", port: 0, token: undefined, routes: [] })).rejects.toMatchObject({ code: "GW_USAGE" });
  });

  it("of a hundred thousand lines are taken in pieces", { timeout: 30_000 }, async () => {
    let largest = 0;
    let taken = 0;
    const intake: Intake = {
      async take(_, values) {
        largest = Math.max(largest, values.length);
        taken += values.length;
        return { accepted: values.length, faults: [] };
      },
    };
    const { post } = await served({ intake });
    const body = Array.from({ length: 100_000 }, (_, n) => `{"name":"m${n}"}`).join("\n");
    expect(await post(body, lines)).toMatchObject({ status: 200, body: { accepted: 100_000 } });
    expect([taken, largest]).toEqual([100_000, 2_000]);
  });

  it("of a client that goes away in the middle cost nothing but that request", async () => {
    const { server, post } = await served();
    const { port, hostname } = new URL(server.address);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write(
      `POST /api/v1/events/moe.metric HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-ndjson\r\ncontent-length: 1000\r\n\r\n{"name":`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect((await post('{"name":"a"}')).status).toBe(200);
  });

  it("with hostile headers are answered, not believed", async () => {
    const { server } = await served();
    const { port, hostname } = new URL(server.address);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname);
      socket.once("data", (data) => resolve(String(data)));
      socket.write(
        'POST /api/v1/events/moe.metric HTTP/1.1\r\nhost: 127.0.0.1\r\n__proto__: x\r\nconstructor: y\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"name":"a"}',
      );
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});
