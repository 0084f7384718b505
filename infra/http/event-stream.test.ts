import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "../../test/lanes/harness.ts";
import { EventStream, type StreamLimits } from "./event-stream.ts";

const open: { server: Server; stream: EventStream }[] = [];
afterEach(() => {
  for (const { server, stream } of open.splice(0)) {
    stream.stop();
    server.close().closeAllConnections();
  }
});

async function served(limits: Partial<StreamLimits> = {}) {
  const stream = new EventStream(limits);
  const server = createServer(({ headers }, response) =>
    stream.join(response, { "x-own": "1" }, headers["last-event-id"] as string | undefined),
  );
  open.push({ server, stream });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = (server.address() as AddressInfo).port;
  const join = (headers = {}): Promise<IncomingMessage> => new Promise((resolve) => get({ port, host: "127.0.0.1", headers }, resolve));
  return { stream, join };
}

async function reader(answer: Promise<IncomingMessage>) {
  const response = await answer;
  const heard = { text: "", over: false, headers: response.headers };
  response.setEncoding("utf8").on("data", (text: string) => {
    heard.text += text;
  });
  for (const end of ["close", "error"])
    response.on(end, () => {
      heard.over = true;
    });
  return heard;
}
const event = (n: number, data: unknown = n) => ({ id: `e-${n}`, event: "alert", data });

describe("a stream of events", () => {
  it("brings each reader what comes after it has joined", async () => {
    const { stream, join } = await served();
    stream.send(event(1));
    const heard = await reader(join());
    expect(heard.headers).toMatchObject({ "content-type": "text/event-stream; charset=utf-8", "x-own": "1" });
    await until("it reads", () => heard.text.includes("retry"));
    stream.send(event(2, { title: "two\n\nlines" }));
    await until("it has heard", () => heard.text.includes("e-2"));
    expect(heard.text).toBe('retry: 2000\n\nid: e-2\nevent: alert\ndata: {"title":"two\\n\\nlines"}\n\n');
  });

  it("brings a reader that comes back what it has missed, where that is still kept", async () => {
    const { stream, join } = await served({ kept: 3 });
    for (let n = 1; n <= 5; n += 1) stream.send(event(n));
    const back = await reader(join({ "last-event-id": "e-3" }));
    await until("it has caught up", () => back.text.includes("e-5"));
    expect(back.text.match(/id: e-\d/g)).toEqual(["id: e-4", "id: e-5"]);
    const late = await reader(join({ "last-event-id": "e-1" }));
    stream.send(event(6));
    await until("it has heard", () => late.text.includes("e-6"));
    expect(late.text.match(/id: e-\d/g)).toEqual(["id: e-6"]);
  });

  it("lets no id or name break out of its line", async () => {
    const { stream, join } = await served();
    const heard = await reader(join());
    await until("it reads", () => heard.text !== "");
    stream.send({ id: "a\r\ndata: forged\n\n", event: "x\ndata: forged", data: 1 });
    await until("it has heard", () => heard.text.includes("data: 1"));
    expect(heard.text.split("\n").filter((line) => line.startsWith("data:"))).toEqual(["data: 1"]);
  });

  it("shows that it lives while nothing happens", async () => {
    const { join } = await served({ beatMs: 20 });
    const heard = await reader(join());
    await until("it beats", () => heard.text.includes(": beat\n\n: beat"));
  });

  it("cuts off a reader that does not read, and serves the others on", async () => {
    const { stream, join } = await served({ waitingBytes: 100_000, kept: 2 });
    const slow = await join();
    slow.pause();
    const quick = await reader(join());
    await until("both have joined", () => stream.readers === 2);
    const large = "x".repeat(50_000);
    let n = 0;
    await until("the slow one is cut off", () => {
      stream.send(event(n, large));
      n += 1;
      return stream.readers === 1;
    });
    stream.send(event(-1));
    await until("the other one hears on", () => quick.text.includes("e--1"));
    expect(quick.over).toBe(false);
    expect(quick.text.match(/id: e-\d+/g)).toHaveLength(n);
    slow.destroy();
  });

  it("is full, and has room again when a reader goes", async () => {
    const { stream, join } = await served({ readers: 2 });
    const [first] = await Promise.all([join(), join()]);
    expect(stream.full).toBe(true);
    first.destroy();
    await until("there is room", () => !stream.full);
  });

  it("ends with its readers", async () => {
    const { stream, join } = await served();
    const heard = await reader(join());
    stream.stop();
    await until("it is over", () => heard.over);
  });
});
