import { describe, expect, it } from "vitest";
import { Meter } from "./meter.ts";
import { type MetricSpec, metrics } from "./metrics.ts";
import { sinkMeter } from "./sink-meter.ts";

const scrape = async (meter: Meter, accept?: string) => (await meter.scrape(accept)).text;

describe("the meter", () => {
  it("shows every metric of the catalogue with its help, before anything was counted", async () => {
    const text = await scrape(new Meter());
    for (const [name, { type, help }] of Object.entries<MetricSpec>(metrics)) {
      expect(text).toContain(`# HELP ${name} ${help}`);
      expect(text).toContain(`# TYPE ${name} ${type}`);
    }
  });

  it("adds up, and makes no series of nothing", async () => {
    const meter = new Meter();
    meter.add("gatewatch_sink_rows_total", { topic: "a" }, 3);
    meter.add("gatewatch_sink_rows_total", { topic: "a" });
    meter.add("gatewatch_sink_rows_total", { topic: "never" }, 0);
    const text = await scrape(meter);
    expect(text).toContain('gatewatch_sink_rows_total{topic="a"} 4');
    expect(text).not.toContain("never");
  });

  it("keeps two meters apart: tests and workers in one process do not count for each other", async () => {
    const [one, other] = [new Meter(), new Meter()];
    one.add("gatewatch_sink_rows_total", { topic: "a" }, 3);
    expect(await scrape(other)).not.toContain('topic="a"');
  });

  it("asks for gauges at each scrape, all that want to say something", async () => {
    const meter = new Meter();
    let lag = 0;
    meter.beforeScrape(() => meter.set("gatewatch_worker_ready", {}, 1));
    meter.beforeScrape(() => {
      lag += 5;
      meter.set("gatewatch_lane_lag_records", { group: "g", topic: "t", partition: "0" }, lag);
    });
    await scrape(meter);
    expect(await scrape(meter)).toContain('gatewatch_lane_lag_records{group="g",topic="t",partition="0"} 10');
  });

  it("says which format it speaks", async () => {
    const meter = new Meter();
    expect((await meter.scrape(undefined)).contentType).toMatch(/^text\/plain/);
    const open = await meter.scrape("application/openmetrics-text; version=1.0.0,text/plain;q=0.5");
    expect(open.contentType).toMatch(/^application\/openmetrics-text/);
    expect(open.text.endsWith("# EOF\n")).toBe(true);
  });

  it("brings the figures of the process with it", async () => expect(await scrape(new Meter())).toMatch(/^process_cpu_seconds_total \d/m));
});

describe("what sink lanes report", () => {
  it("is counted by topic: rows, refused rows, how long a block took, and what had to be tried again", async () => {
    const meter = new Meter();
    const sinks = sinkMeter(meter);
    sinks.block("gatewatch.window", { rows: 40, refused: 2, ms: 30 });
    sinks.retry("gatewatch.window", "GW_CLICKHOUSE_UNREACHABLE");
    const text = await scrape(meter);
    expect(text).toContain('gatewatch_sink_rows_total{topic="gatewatch.window"} 40');
    expect(text).toContain('gatewatch_sink_refused_rows_total{topic="gatewatch.window"} 2');
    expect(text).toContain('gatewatch_sink_block_seconds_bucket{le="0.05",topic="gatewatch.window"} 1');
    expect(text).toContain('gatewatch_sink_block_seconds_bucket{le="0.025",topic="gatewatch.window"} 0');
    expect(text).toContain('gatewatch_sink_retries_total{topic="gatewatch.window",code="GW_CLICKHOUSE_UNREACHABLE"} 1');
  });
});
