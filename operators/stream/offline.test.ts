import { describe, expect, it } from "vitest";
import { z } from "zod";
import { internalTopic } from "../../schemas/topics/internal.ts";
import type { AnyTopic, Topic } from "../../schemas/topics/topic.ts";
import { type Aggregate, tumblingWindow } from "../windows/tumbling-window.ts";
import type { Decode } from "./admit.ts";
import { struct } from "./codec.ts";
import { Offline, type OfflineOptions } from "./offline.ts";
import { none, ok } from "./outcome.ts";
import { type Pipeline, pipeline } from "./pipeline.ts";
import type { LogRecord } from "./record.ts";
import { each, stage } from "./stage.ts";

interface Tick {
  readonly at: number;
}
const base = 1_767_225_600;
const tick = (name: string, role: "input" | "output"): Topic<Tick> => ({
  ...internalTopic<Tick>({
    name,
    schema: { type: "record", name: "Tick", namespace: name.replaceAll(/\W/g, "_"), fields: [{ name: "at", type: "long" }] },
    eventTime: ({ at }) => (base + at) * 1_000_000,
  }),
  role,
  key: ({ at }) => `k${at % 2}`,
});
const input = tick("in", "input");
const middle = tick("middle", "output");
const output = tick("out", "output");

const decode: Decode = (topic, { value }) => topic.type.fromBuffer(value ?? Buffer.alloc(0));
const record = (at: number, topic = input): LogRecord => ({
  offset: at,
  timestampMs: Number.NaN,
  key: Buffer.from(topic.key({ at })),
  value: topic.type.toBuffer({ at }),
  headers: {},
});
const options = z.object({ times: z.int().default(10).describe("factor") });
const declared = { summary: "", latenessS: 0, options };

const doubled = pipeline("doubled", declared, ({ from, to }, { times }) => [
  to(middle, from(input).pipe(each("times", "", ({ at }) => ok({ at: at * times })))),
]);
const onward = pipeline("onward", declared, ({ from, to }) => [
  to(output, from(middle).pipe(each("plus", "", ({ at }) => ok({ at: at + 1 })))),
]);

const onwardFrom = (topic: Topic<Tick>) => pipeline("onward", declared, ({ from, to }) => [to(tick("last", "output"), from(topic))]);

/** Tells the last value of all when everything is closed. */
const lasting = pipeline("lasting", declared, ({ from, to, store }) => {
  const last = stage<{ at: number }, Tick, Tick>(
    "last",
    {
      kind: "last",
      summary: "",
      state: { codec: struct({ at: "int64" }), initial: () => ({ at: 0 }) },
      step(state, { at }) {
        state.at = Math.max(state.at, at);
        return none();
      },
      due: () => (base + 1_000_000) * 1_000_000,
      close: ({ at }) => [{ at }],
    },
    { key: () => "all", store },
  );
  return [to(output, from(input).pipe(last))];
});

const offline = (pipelines: readonly Pipeline[], more: Partial<OfflineOptions> = {}) =>
  new Offline({ pipelines: pipelines.map((one) => ({ pipeline: one })), decode, maxAheadMs: 1, partitions: 2, ...more });
const told = (outputs: ReturnType<Offline["feed"]>) =>
  outputs.map((one) => (one.kind === "letter" ? [one.pipeline, one.letter.code] : [one.pipeline, one.topic.name, (one.value as Tick).at]));

describe("pipelines without a broker", () => {
  it("give what came of a record before the next is fed", () => {
    const run = offline([doubled]);
    expect(told(run.feed("in", 0, record(3)))).toEqual([["doubled", "middle", 30]]);
    expect(told(run.feed("in", 0, record(4)))).toEqual([["doubled", "middle", 40]]);
  });

  it("hand on what one writes to the others that read it, in one go", () => {
    expect(told(offline([onward, doubled]).feed("in", 0, record(3)))).toEqual([
      ["doubled", "middle", 30],
      ["onward", "out", 31],
    ]);
  });

  it("take their options, each its own", () => {
    const run = offline([], { pipelines: [{ pipeline: doubled, options: { times: 7 } }] });
    expect(told(run.feed("in", 0, record(3)))).toEqual([["doubled", "middle", 21]]);
  });

  it("know what they read, and pass over what they do not", () => {
    const run = offline([doubled]);
    expect([run.reads("in"), run.reads("middle"), run.reads("other")]).toEqual([true, false, false]);
    expect(run.feed("other", 0, record(3))).toEqual([]);
  });

  it("have one lane a partition, as production has: neither sees the other's state", () => {
    const run = offline([lasting]);
    for (const [partition, at] of [
      [0, 3],
      [1, 8],
      [0, 5],
    ] as const)
      run.feed("in", partition, record(at));
    expect(run.graphs()).toHaveLength(2);
    expect(told(run.close())).toEqual([
      ["lasting", "out", 5],
      ["lasting", "out", 8],
    ]);
  });

  it("tell a dead letter with the pipeline that refused it", () => {
    expect(told(offline([doubled]).feed("in", 0, { ...record(3), key: Buffer.from("foreign") }))).toEqual([["doubled", "GW_RECORD_KEY"]]);
  });

  it("let nothing internal out, and give the next part the records themselves", () => {
    const by = { by: ({ at }: Tick) => `u${at % 3}`, codec: struct({ at: "int64" }) };
    const two = pipeline("two", declared, ({ from, to, rekey }) => [
      to(
        output,
        from(input).pipe(
          rekey("by-user", by),
          each("on", "", ({ at }, here) => ok({ at: at * 10 + here.partition })),
        ),
      ),
    ]);
    const run = offline([two]);
    const outputs = [run.feed("in", 1, record(3)), run.feed("in", 0, record(4))].flat();
    expect(told(outputs)).toEqual([
      ["two", "out", 30],
      ["two", "out", 40],
    ]);
  });

  it("close all lanes of a part before the next part, which hears what each of them still held", () => {
    const held = pipeline("held", declared, ({ from, to, rekey, store }) => {
      const all = { time: () => base * 1_000_000, key: () => "all", size: 10_000_000, store };
      const sum: Aggregate<{ at: "int64" }, Tick, Tick> = {
        fields: { at: "int64" },
        initial: () => ({ at: 0 }),
        add: (kept, { at }) => {
          kept.at += at;
        },
        result: (kept) => kept,
      };
      const parts = from(input).pipe(tumblingWindow("part", { ...all, aggregate: sum, partial: true }));
      const by = { by: () => "all", codec: struct({ at: "int64" }) };
      return [to(output, parts.pipe(rekey("sums", by), tumblingWindow("whole", { ...all, aggregate: sum })))];
    });
    const run = offline([held, onwardFrom(output)]);
    run.feed("in", 0, record(3));
    run.idle("in", 0);
    run.feed("in", 1, record(4));
    expect(told(run.close())).toEqual([
      ["held", "out", 7],
      ["onward", "last", 7],
    ]);
  });

  it("follow an order that lanes have recorded, idleness included", () => {
    const watermarks: number[] = [];
    const other = tick("other", "input") as AnyTopic;
    const watching = pipeline("watching", declared, ({ from, to }) => {
      const seen = (name: string) =>
        each<Tick, Tick>(name, "", (_, { watermark }) => {
          watermarks.push(watermark / 1_000_000 - base);
          return none();
        });
      return [to(output, from(input).pipe(seen("a")), from(other as Topic<Tick>).pipe(seen("b")))];
    });
    const run = offline([watching]);
    run.feed("in", 0, record(50));
    run.idle("other", 0);
    run.feed("in", 0, record(51));
    expect(watermarks).toEqual([Number.NEGATIVE_INFINITY, 51]);
  });
});
