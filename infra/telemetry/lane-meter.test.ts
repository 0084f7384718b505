import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import { laneMeter } from "./lane-meter.ts";
import { Meter } from "./meter.ts";

const lane = { group: "g", pipeline: "p", part: "moe.router", slot: 3 };
const letter = { stage: "decode", code: "GW_DECODE_FRAMING", message: "m", topic: "moe.router", partition: 3, origin: undefined } as const;

async function scraped(meter: Meter, accept?: string): Promise<string[]> {
  const { text } = await meter.scrape(accept);
  return text.split("\n").filter((line) => line.startsWith("gatewatch_") || line === "# EOF");
}

describe("lane meter", () => {
  it("counts a transaction by stage, outcome, reason, topic and code", async () => {
    const meter = new Meter();
    const counts = new Map([["windows", { ok: 2, none: 5, dropped: new Map([["late", 4]]) }]]);
    const record = { kind: "record", topic: topics.window, key: "k", value: {}, origin: undefined } as const;
    laneMeter(meter).committed(lane, { ms: 30, records: 11, outputs: 3, checkpointBytes: 0 }, counts, [
      record as never,
      record as never,
      { kind: "letter", letter },
    ]);
    const lines = await scraped(meter);
    expect(lines).toEqual(
      expect.arrayContaining([
        'gatewatch_lane_input_records_total{pipeline="p",part="moe.router"} 11',
        'gatewatch_stage_records_total{pipeline="p",stage="windows",outcome="ok"} 2',
        'gatewatch_stage_records_total{pipeline="p",stage="windows",outcome="none"} 5',
        'gatewatch_stage_dropped_total{pipeline="p",stage="windows",reason="late"} 4',
        'gatewatch_lane_output_records_total{pipeline="p",topic="gatewatch.window"} 2',
        'gatewatch_dead_letters_total{pipeline="p",stage="decode",code="GW_DECODE_FRAMING"} 1',
        'gatewatch_lane_transaction_seconds_bucket{le="0.025",pipeline="p",part="moe.router"} 0',
        'gatewatch_lane_transaction_seconds_bucket{le="0.05",pipeline="p",part="moe.router"} 1',
      ]),
    );
    expect(lines.filter((line) => line.startsWith("gatewatch_lane_checkpoint_bytes_count"))).toEqual([]);
  });

  it("counts events of a group, gaps and restores", async () => {
    const meter = new Meter();
    const lanes = laneMeter(meter);
    lanes.event("g.p", "fenced");
    lanes.event("g.p", "fenced");
    lanes.gap(lane, "moe.router");
    lanes.restored(lane, 700, 250);
    expect(await scraped(meter)).toEqual(
      expect.arrayContaining([
        'gatewatch_lane_fenced_total{group="g.p"} 2',
        'gatewatch_lane_offset_gaps_total{pipeline="p",topic="moe.router"} 1',
        'gatewatch_lane_replayed_records_total{pipeline="p",part="moe.router"} 250',
        'gatewatch_lane_restore_seconds_bucket{le="1",pipeline="p",part="moe.router"} 1',
      ]),
    );
  });

  it("forgets gauges of lanes that have gone, and speaks OpenMetrics where asked", async () => {
    const meter = new Meter();
    let held = 2;
    meter.beforeScrape(() => {
      if (held > 0) meter.set("gatewatch_lanes", { group: "g", status: "live" }, held);
    });
    expect(await scraped(meter)).toContain('gatewatch_lanes{group="g",status="live"} 2');
    held = 0;
    const lines = await scraped(meter, "application/openmetrics-text; version=1.0.0");
    expect(lines.filter((line) => line.startsWith("gatewatch_lanes{"))).toEqual([]);
    expect(lines.at(-1)).toBe("# EOF");
  });
});
