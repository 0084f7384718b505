import { copyFileSync, renameSync, truncateSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Intake } from "../../infra/ingest/intake.ts";
import type { BadLine } from "../../infra/ingest/logs/bad-lines.ts";
import { logFormats } from "../../infra/ingest/logs/formats.ts";
import { type RunningTail, startTail } from "../../infra/ingest/logs/tail-log.ts";
import type { RequestEventInput } from "../../schemas/types/avro.ts";
import { findNginx } from "../../scripts/tests/test-machine.ts";
import { firstBlock } from "../docs/page-blocks.ts";
import { type Nginx, startNginx } from "./nginx.ts";

const path = findNginx();
/** As the page has it, but for the log's place. */
const json = firstBlock("docs/guide/13-tail-access-logs.md", "nginx").replace("/var/log/nginx/gatewatch.log", "{log}");

describe.skipIf(path === undefined)("the log of a real nginx", () => {
  let nginx: Nginx;
  let tail: RunningTail;
  let taken: RequestEventInput[];
  let bad: BadLine[];
  const intake: Intake = {
    async take(_topic, values) {
      taken.push(...(values as unknown as RequestEventInput[]));
      return { accepted: values.length, faults: [] };
    },
  };

  async function begin(name: string, format: string): Promise<void> {
    [taken, bad] = [[], []];
    nginx = await startNginx(path ?? "", format);
    await resume(name);
  }
  async function resume(name: string): Promise<void> {
    const format = logFormats.get(name);
    if (format === undefined) throw new Error(name);
    const badLines = async (_topic: string, _stage: string, lines: readonly BadLine[]) => void bad.push(...lines);
    const options = { format, path: nginx.log, stateDir: join(nginx.dir, "state"), badLines, pollMs: 20, rotateWaitMs: 500 };
    tail = await startTail(options, intake, () => undefined);
  }
  afterEach(async () => {
    await tail.stop();
    await nginx.stop();
  });

  /** Asks one after the other, while `meanwhile` happens; what nginx called each request. */
  async function asked(count: number, meanwhile: (done: number) => unknown): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const response = await fetch(`http://127.0.0.1:${nginx.port}/n/${i}?x=%27`, { headers: { "user-agent": `agent "${i}"` } });
      ids.push(response.headers.get("x-request-id") ?? "");
      await response.text();
      await meanwhile(i);
    }
    return ids;
  }
  const all = async (ids: readonly string[]) => {
    const own = () => taken.filter(({ path: asked }) => asked?.startsWith("/n/") === true).map(({ requestId }) => requestId);
    await expect.poll(() => own().length, { timeout: 15_000 }).toBeGreaterThanOrEqual(ids.length);
    return own();
  };

  it("has every request once and in order, while the log is renamed and opened anew three times", async () => {
    await begin("nginx-json", json);
    const ids = await asked(600, (i) => {
      if (i % 200 !== 100) return;
      renameSync(nginx.log, `${nginx.log}.${3 - Math.floor(i / 200)}`);
      nginx.reopen();
    });
    expect(await all(ids)).toEqual(ids);
    expect(bad).toEqual([]);
    expect(taken.at(-1)).toMatchObject({
      method: "GET",
      path: "/n/599?x=%27",
      httpStatus: 200,
      userAgent: 'agent "599"',
      sourceIp: "127.0.0.1",
    });
    expect(taken.at(-1)?.e2eMs).toBeLessThan(1_000);
    expect(Math.abs((taken.at(-1)?.ts ?? 0) / 1_000 - Date.now())).toBeLessThan(60_000);
  });

  it("has every request once, also those of rotations while nobody read", async () => {
    await begin("nginx-json", json);
    const ids = await asked(50, () => undefined);
    await all(ids);
    await tail.stop();
    for (const name of [".2", ".1"]) {
      ids.push(...(await asked(50, () => undefined)));
      renameSync(nginx.log, `${nginx.log}${name}`);
      nginx.reopen();
      await expect.poll(async () => (await fetch(`http://127.0.0.1:${nginx.port}/reopened`)).ok).toBe(true);
    }
    ids.push(...(await asked(50, () => undefined)));
    await resume("nginx-json");
    expect((await all(ids)).toSorted()).toEqual(ids.toSorted());
  });

  it("has every request once where the log is copied and cut", async () => {
    await begin("nginx-json", json);
    const ids = await asked(200, (i) => {
      if (i !== 100) return;
      copyFileSync(nginx.log, `${nginx.log}.1`);
      truncateSync(nginx.log, 0);
    });
    expect((await all(ids)).toSorted()).toEqual(ids.toSorted());
  });

  /** Sends bytes as they are; resolves when nginx has closed. */
  const raw = (bytes: Buffer) =>
    new Promise<void>((resolve) => {
      const socket = connect(nginx.port, "127.0.0.1", () => socket.end(bytes));
      socket.on("close", () => resolve());
      socket.on("error", () => resolve());
      socket.resume();
    });
  const hostile = [
    Buffer.from('GET /a"b\\c HTTP/1.1\r\nhost: x\r\nuser-agent: q"\\\t\r\nconnection: close\r\n\r\n'),
    Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x0d, 0x0a, 0x0d, 0x0a]),
    Buffer.concat([Buffer.from("GET /x"), Buffer.from([0xff, 0xfe]), Buffer.from(" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")]),
  ];

  it("in combined, gives back what hostile clients sent", async () => {
    await begin("nginx-combined", "access_log {log} combined;");
    for (const bytes of hostile) await raw(bytes);
    await expect.poll(() => taken.filter(({ path: asked }) => asked !== "/up").length, { timeout: 10_000 }).toBe(3);
    const [quotes, tls, bytes] = taken.filter(({ path: asked }) => asked !== "/up");
    expect(quotes).toMatchObject({ method: "GET", path: '/a"b\\c', userAgent: 'q"\\\t', httpStatus: 200 });
    expect(tls).toMatchObject({ method: null, httpStatus: 400 });
    expect(tls?.path?.startsWith("\u0016\u0003\u0001")).toBe(true);
    expect(bytes).toMatchObject({ path: String.raw`/x\xFF\xFE` });
    expect(bad).toEqual([]);
  });

  it("in JSON, puts aside the line whose bytes are not UTF-8, and takes the others", async () => {
    await begin("nginx-json", json);
    for (const bytes of hostile) await raw(bytes);
    await expect.poll(() => [bad.length, taken.filter(({ path: asked }) => asked !== "/up").length], { timeout: 10_000 }).toEqual([1, 2]);
    expect(bad[0]?.message).toBe("the line is not UTF-8");
    expect(taken.find(({ path: asked }) => asked === '/a"b\\c')).toMatchObject({ method: "GET", userAgent: 'q"\\\t' });
  });
});
