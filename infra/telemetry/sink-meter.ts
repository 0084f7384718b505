import type { SinkMeter } from "../clickhouse/sink-lane.ts";
import type { Meter } from "./meter.ts";

/** What sink lanes report of themselves, under the catalogue's names. Called once a block. */
export function sinkMeter(meter: Meter): SinkMeter {
  return {
    block(topic, { rows, refused, ms }) {
      meter.add("gatewatch_sink_rows_total", { topic }, rows);
      meter.add("gatewatch_sink_refused_rows_total", { topic }, refused);
      meter.observe("gatewatch_sink_block_seconds", { topic }, ms / 1000);
    },
    retry: (topic, code) => meter.add("gatewatch_sink_retries_total", { topic, code }),
  };
}
