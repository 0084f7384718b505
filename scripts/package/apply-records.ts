import { resolveSettings } from "../../infra/config/resolve.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import { pipelines as all } from "../../pipelines/index.ts";
import { Apply } from "../apply/apply.ts";
import { chosenPipelines } from "../command-line/chosen-pipelines.ts";

/** A record as `apply` reads it; everything but topic and value may be left out. */
export interface InputRecord {
  readonly topic: string;
  /** Built as the topic catalogue says where it is left out. */
  readonly key?: string | null;
  /** Names of the Avro schema; timestamps are microseconds since 1970 or ISO 8601; what has a default may be left out. */
  readonly value: unknown;
  readonly partition?: number;
  readonly offset?: number;
  /** The broker's, in milliseconds. */
  readonly timestamp?: number;
}

/** What came of it, in the order produced; a record that could not be used comes as one of `gatewatch.dlq` with its reason. */
export interface OutputRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Readonly<Record<string, unknown>>;
}

/** What a program may change of a run. */
export interface ApplyRecordsOptions {
  /** Configuration keys, as `--set` has them: `{ "router-windows.windowS": 30 }`. Unknown ones are refused. */
  readonly set?: Readonly<Record<string, string | number | boolean>>;
  /** Close at the end what is still open, as if the watermark had passed it. Default true. */
  readonly close?: boolean;
}

/**
 * Runs pipelines over records in this process: the same graph, operators and state as in production, without broker or clock.
 * The same records give the same outputs as `gatewatch apply` over the same lines. Memory is that of the pipelines' state: the
 * records are pulled one by one.
 *
 *     for await (const { topic, value } of apply("router-windows", records)) console.log(topic, value);
 *
 * Throws a Fault: GW_USAGE for an unknown pipeline, GW_CONFIG_INVALID for an unknown or wrong key.
 */
export async function* apply(
  pipelines: string | Pipeline | readonly (string | Pipeline)[],
  records: Iterable<InputRecord> | AsyncIterable<InputRecord>,
  { set = {}, close = true }: ApplyRecordsOptions = {},
): AsyncGenerator<OutputRecord> {
  const chosen = [pipelines].flat().flatMap((one) => (typeof one === "string" ? chosenPipelines(one, all) : [one]));
  const settings = resolveSettings({
    pipelines: chosen,
    environment: {},
    set: Object.entries(set).map(([key, value]) => `${key}=${value}`),
  });
  const run = new Apply({
    pipelines: chosen.map((pipeline) => ({ pipeline, options: settings.pipelines[pipeline.name] })),
    maxAheadMs: settings.lane.maxAheadMs,
    partitions: 1,
    close,
  });
  let number = 0;
  for await (const record of records) {
    number += 1;
    const bytes = Buffer.from(JSON.stringify(record) ?? "");
    yield* run.line({ number, bytes, length: bytes.length }).map(asRecord);
  }
  yield* run.end().map(asRecord);
}

const asRecord = (line: string): OutputRecord => JSON.parse(line) as OutputRecord;
