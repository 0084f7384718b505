import { createServer, type IncomingMessage, type Server } from "node:http";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { afterEach, describe, expect, it } from "vitest";
import { Fault } from "../../../schemas/faults/fault.ts";
import type { Intake } from "../intake.ts";
import { targetOf } from "./engines.ts";
import { Scrape, startScrapes } from "./scrape.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function exporter(answer: (request: IncomingMessage) => Promise<{ status?: number; type?: string; text: string }>): Promise<string> {
  const server = createServer((request, response) => {
    void answer(request).then(({ status = 200, type = "text/plain; version=0.0.4", text }) => {
      response.writeHead(status, { "content-type": type });
      response.end(text);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/metrics`;
}

function scraping(url: string, given: { timeoutMs?: number; maxSeries?: number; refuse?: boolean; engine?: string } = {}) {
  const values: Record<string, unknown>[] = [];
  const tried: Record<string, unknown>[] = [];
  const said: string[] = [];
  const intake: Intake = {
    async take(_, some) {
      tried.push(...(some as Record<string, unknown>[]));
      if (given.refuse === true) throw new Fault("GW_INTAKE_UNAVAILABLE", "Kafka is away");
      values.push(...(some as Record<string, unknown>[]));
      return { accepted: some.length, faults: [] };
    },
  };
  const options = {
    targets: [targetOf(`${given.engine ?? "any"}=${url}`)],
    deploymentId: "d",
    intervalMs: 10,
    timeoutMs: 500,
    maxSeries: 100,
    ...given,
  };
  const [target] = options.targets;
  if (target === undefined) throw new TypeError("no target");
  return { values, tried, said, options, intake, scrape: new Scrape(target, options, intake, (sentence) => said.push(sentence)) };
}

const valuesOf = (values: readonly Record<string, unknown>[]) => Object.fromEntries(values.map(({ name, value }) => [name, value]));

describe("a scrape", () => {
  it.for([Registry.PROMETHEUS_CONTENT_TYPE, Registry.OPENMETRICS_CONTENT_TYPE])(
    "reads what a Prometheus client library writes, as %s",
    async (type) => {
      const registry = new Registry();
      registry.setContentType(type as typeof Registry.PROMETHEUS_CONTENT_TYPE);
      const registers = [registry];
      new Gauge({ name: "queue", help: 'a "queue"\nof two lines', labelNames: ["of"], registers }).set({ of: 'a"b\\c\nd' }, 7);
      const served = new Counter({ name: "served_total", help: "h", registers });
      const latency = new Histogram({ name: "latency_seconds", help: "h", buckets: [0.1, 1], registers });
      const { scrape, values, said } = scraping(
        await exporter(async () => ({ type: registry.contentType, text: await registry.metrics() })),
      );
      served.inc(3);
      latency.observe(0.05);
      await scrape.once();
      latency.observe(0.5);
      await scrape.once();
      expect(said).toEqual([]);
      expect(valuesOf(values)).toEqual({
        up: 1,
        queue: 7,
        served_total: 3,
        latency_seconds_sum: 0.55,
        latency_seconds_count: 2,
        latency_seconds: expect.any(Number),
      });
      expect(values.find(({ name }) => name === "queue")?.labels).toMatchObject({ of: 'a"b\\c\nd' });
    },
  );

  it("says once that a target is down, once that it is back, and each time in `up`", async () => {
    let status = 500;
    const { scrape, values, said } = scraping(await exporter(async () => ({ status, text: "a 1\n" })));
    await scrape.once();
    await scrape.once();
    status = 200;
    await scrape.once();
    await scrape.once();
    expect(values.filter(({ name }) => name === "up").map(({ value }) => value)).toEqual([0, 0, 1, 1]);
    expect(said.map((sentence) => sentence.replace(/ at \S+:/, ""))).toEqual(["any it answers 500", "any scraped without trouble"]);
  });

  it("does not wait for a target that hangs, and knows of one that refuses", async () => {
    const hanging = scraping(await exporter(() => new Promise(() => undefined)), { timeoutMs: 50 });
    await hanging.scrape.once();
    expect(hanging.said[0]).toContain("does not answer in time");
    const refusing = scraping("http://127.0.0.1:1/metrics");
    await refusing.scrape.once();
    expect(valuesOf(refusing.values)).toEqual({ up: 0 });
  });

  it("takes labels as they come, other ones the next time too, and no more series than it may", async () => {
    let n = 0;
    const text = () => Array.from({ length: 5 }, (_, i) => `m{run="${n}",i="${i}"} ${i}`).join("\n");
    const { scrape, values, said } = scraping(
      await exporter(async () => {
        n += 1;
        return { text: `${text()}\nbad line here\n` };
      }),
      { maxSeries: 3 },
    );
    await scrape.once();
    await scrape.once();
    expect(values.filter(({ name }) => name === "m")).toHaveLength(6);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("1 lines cannot be read; 2 series over the limit");
  });

  it("survives an intake that is away, and does not call the target down for it", async () => {
    const { scrape, said, tried } = scraping(await exporter(async () => ({ text: "a 1\n" })), { refuse: true });
    await scrape.once();
    await scrape.once();
    expect(said).toEqual([expect.stringContaining("its values are not taken: Kafka is away")]);
    expect(valuesOf(tried)).toMatchObject({ up: 1 });
  });

  it.for([200, 500])("of a target that answers %i tells health while the intake takes nothing", async (status) => {
    const url = await exporter(async () => ({ status, text: "a 1\n" }));
    const waits = new Map<string, string | undefined>();
    const { options, intake } = scraping(url);
    let isAway = true;
    const away: Intake = {
      take: (topic, values) => (isAway ? Promise.reject(new Fault("GW_INTAKE_UNAVAILABLE", "away")) : intake.take(topic, values)),
    };
    const [target] = options.targets;
    if (target === undefined) throw new TypeError("no target");
    const tells = { ...options, waits: (who: string, reason?: string) => waits.set(who, reason) };
    const scrape = new Scrape(target, tells, away, () => undefined);
    await scrape.once();
    expect([...waits]).toEqual([[`scrape of ${new URL(url).host}`, "its values are not taken: away"]]);
    isAway = false;
    await scrape.once();
    expect([...waits.values()]).toEqual([undefined]);
  });

  it("leaves no connection behind where the answer is an error with a long body", async () => {
    const url = await exporter(async () => ({ status: 500, text: "x".repeat(300_000) }));
    const { scrape } = scraping(url);
    for (let i = 0; i < 30; i += 1) await scrape.once();
    const [server] = servers.slice(-1);
    const open = () => new Promise<number>((resolve) => server?.getConnections((_, count) => resolve(count)));
    await expect.poll(open).toBeLessThan(3);
  });

  it("says once that none of the series is of the engine, however many there are", async () => {
    const texts = ["python_gc_0 1\n", "python_gc_0 1\npython_gc_1 1\n"];
    const { scrape, said, values } = scraping(await exporter(async () => ({ text: texts.shift() ?? "" })), { engine: "vllm" });
    await scrape.once();
    await scrape.once();
    expect(valuesOf(values)).toEqual({ up: 1 });
    expect(said).toEqual([expect.stringContaining("none of its 1 series is one of this engine")]);
  });

  it("asks for the format that leaves names as they are, and reads the other where that is all there is", async () => {
    const accepted: (string | undefined)[] = [];
    const url = await exporter(async (request) => {
      accepted.push(request.headers.accept);
      return {
        type: "application/openmetrics-text; version=1.0.0; charset=utf-8",
        text: `# TYPE vllm:n gauge\nvllm:n 1 ${Date.now() / 1_000 - 1}\n# EOF\n`,
      };
    });
    const { scrape, values, said } = scraping(url, { engine: "vllm" });
    await scrape.once();
    expect(accepted[0]).toMatch(/^text\/plain;version=0\.0\.4,/);
    expect([valuesOf(values), said]).toEqual([{ up: 1, "vllm:n": 1 }, []]);
  });

  it("comes again and again until it is stopped", async () => {
    const { options, intake, values } = scraping(await exporter(async () => ({ text: "a 1\n" })));
    const running = startScrapes(options, intake, () => undefined);
    await expect.poll(() => values.filter(({ name }) => name === "a").length).toBeGreaterThan(2);
    await running.stop();
    const count = values.length;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(values.length).toBe(count);
  });
});
