import type { LaneMeter } from "../lanes/links.ts";
import type { Meter } from "./meter.ts";

/** A lane's events by the names that metrics have. */
const events = {
  rebalance: "gatewatch_group_rebalances_total",
  failure: "gatewatch_lane_failures_total",
  fenced: "gatewatch_lane_fenced_total",
  stalled: "gatewatch_lane_stalls_total",
} as const;

/** What lanes report of themselves, under the catalogue's names. Called once a transaction, never a record. */
export function laneMeter(meter: Meter): LaneMeter {
  return {
    event: (group, event) => meter.add(events[event], { group }),
    restored({ pipeline, part }, ms, replayed) {
      meter.observe("gatewatch_lane_restore_seconds", { pipeline, part }, ms / 1000);
      meter.add("gatewatch_lane_replayed_records_total", { pipeline, part }, replayed);
    },
    gap: ({ pipeline }, topic) => meter.add("gatewatch_lane_offset_gaps_total", { pipeline, topic }),
    committed({ pipeline, part }, { ms, records, checkpointBytes }, counts, outputs) {
      meter.observe("gatewatch_lane_transaction_seconds", { pipeline, part }, ms / 1000);
      meter.add("gatewatch_lane_input_records_total", { pipeline, part }, records);
      if (checkpointBytes > 0) meter.observe("gatewatch_lane_checkpoint_bytes", { pipeline, part }, checkpointBytes);
      for (const [stage, { ok, none, dropped }] of counts) {
        meter.add("gatewatch_stage_records_total", { pipeline, stage, outcome: "ok" }, ok);
        meter.add("gatewatch_stage_records_total", { pipeline, stage, outcome: "none" }, none);
        for (const [reason, count] of dropped) meter.add("gatewatch_stage_dropped_total", { pipeline, stage, reason }, count);
      }
      const written = new Map<string, number>();
      for (const output of outputs) {
        if (output.kind === "letter")
          meter.add("gatewatch_dead_letters_total", { pipeline, stage: output.letter.stage, code: output.letter.code });
        else written.set(output.topic.name, (written.get(output.topic.name) ?? 0) + 1);
      }
      for (const [topic, count] of written) meter.add("gatewatch_lane_output_records_total", { pipeline, topic }, count);
    },
  };
}
