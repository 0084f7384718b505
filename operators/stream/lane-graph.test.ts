import { map } from "rxjs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { internalTopic } from "../../schemas/topics/internal.ts";
import { implausibleTime } from "../../schemas/topics/time.ts";
import type { Topic } from "../../schemas/topics/topic.ts";
import { type Aggregate, tumblingWindow } from "../windows/tumbling-window.ts";
import { struct } from "./codec.ts";
import type { Envelope } from "./internal-topic.ts";
import type { LaneGraph } from "./lane-graph.ts";
import { dlq, none, ok } from "./outcome.ts";
import { type Pipeline, pipeline } from "./pipeline.ts";
import type { LogRecord } from "./record.ts";
import { each, stage } from "./stage.ts";
import { merge } from "./topology.ts";

interface Tick {
  readonly at: number;
}
const second = 1_000_000;
/** In 2026: event times outside 2000 to 2100 are refused. */
const epoch = 1_767_225_600;

const ticks = (name: string): Topic<Tick> => ({
  ...internalTopic<Tick>({
    name,
    schema: { type: "record", name: "Tick", namespace: name.replace("-", "_"), fields: [{ name: "at", type: "long" }] },
    eventTime: ({ at }) => (epoch + at) * second,
  }),
  role: "input",
  key: () => "k",
  untimely: ({ at }, brokerMs, aheadMs) => implausibleTime((epoch + at) * second, brokerMs, aheadMs),
});
const left = ticks("left");
const right = ticks("right");
const out = { ...ticks("out"), role: "output" } as Topic<Tick>;

const seen = (wired: Pipeline): LaneGraph =>
  wired.open(wired.shape().parts[0]?.name ?? "", {
    partition: 3,
    lanes: 4,
    maxAheadMs: Number.POSITIVE_INFINITY,
    decode: (topic, { value }) => topic.type.fromBuffer(value ?? Buffer.alloc(0)),
  });
const record = (at: number, offset = at): LogRecord => ({
  offset,
  timestampMs: 0,
  key: Buffer.from("k"),
  value: left.type.toBuffer({ at }),
  headers: {},
});

/** What each record saw: its own time and the watermark, in seconds after the epoch of the test. */
const watched = pipeline("watched", { summary: "", latenessS: 2, options: z.object({}) }, ({ from, to }) => {
  const both = merge(from(left), from(right));
  return [to(out, both.pipe(each("see", "", ({ at }, here) => ok({ at: at * 1_000 + here.watermark / second - epoch }))))];
});
const values = (graph: LaneGraph) => graph.take().flatMap((output) => (output.kind === "record" ? [(output.value as Tick).at] : []));

describe("a lane's graph", () => {
  it("shows each record the time that those before it have made, however they are fed", () => {
    const times = [5, 4, 9, 6, 12];
    const whole = seen(watched);
    whole.idle(1);
    whole.feed(
      0,
      times.map((at, i) => record(at, i)),
    );
    const single = seen(watched);
    single.idle(1);
    for (const [i, at] of times.entries()) single.feed(0, [record(at, i)]);
    const results = values(whole);
    expect(results).toEqual([5_003, 4_003, 9_007, 6_007, 12_010]);
    expect(values(single)).toEqual(results);
  });

  it("goes by the slower of two inputs, unless that one is idle", () => {
    const graph = seen(watched);
    graph.feed(1, [record(3)]);
    graph.feed(0, [record(50)]);
    expect(graph.watermark).toBe((epoch + 1) * second);
    graph.idle(1);
    expect(graph.watermark).toBe((epoch + 48) * second);
  });

  it("goes on from its dump with the same clocks", () => {
    const first = seen(watched);
    first.feed(0, [record(50)]);
    first.idle(1);
    const second = seen(watched);
    second.load(first.dump());
    expect(second.watermark).toBe(first.watermark);
    second.feed(1, [record(10)]);
    first.feed(1, [record(10)]);
    first.feed(0, [record(60)]);
    second.feed(0, [record(60)]);
    expect(second.dump()).toEqual(first.dump());
  });

  it("says nothing and counts nothing while it is muted", () => {
    const graph = seen(watched);
    graph.muted = true;
    graph.feed(0, [record(5), { ...record(6), value: null }]);
    expect(graph.take()).toEqual([]);
    expect(graph.counts.size).toBe(0);
  });

  it("makes a dead letter of a step that throws, and goes on with the next record", () => {
    const fragile = pipeline("fragile", { summary: "", latenessS: 0, options: z.object({}) }, ({ from, to, store }) => {
      const picky = stage<{ n: number }, Tick, Tick>(
        "picky",
        {
          kind: "picky",
          summary: "",
          state: { codec: struct({ n: "uint32" }), initial: () => ({ n: 0 }) },
          step(_, tick) {
            if (tick.at === 6) throw new RangeError("no sixes");
            return ok(tick);
          },
        },
        { key: () => "all", store },
      );
      return [to(out, from(left).pipe(picky))];
    });
    const graph = seen(fragile);
    graph.feed(0, [record(5), record(6), record(7)]);
    const outputs = graph.take();
    expect(outputs.map(({ kind }) => kind)).toEqual(["record", "letter", "record"]);
    expect(outputs[1]).toMatchObject({
      letter: { stage: "picky", code: "GW_STAGE_THREW", message: "RangeError: no sixes", origin: { offset: 6 } },
    });
  });

  it("dead-letters what a stage refuses, with the record's bytes and the stage's words", () => {
    const refusing = pipeline("refusing", { summary: "", latenessS: 0, options: z.object({}) }, ({ from, to }) => [
      to(out, from(left).pipe(each("check", "", (tick) => (tick.at === 6 ? dlq("GW_RECORD_SENSELESS", "six is no time") : ok(tick))))),
    ]);
    const graph = seen(refusing);
    graph.feed(0, [record(6), record(7)]);
    const [letter, value] = graph.take();
    expect(letter).toMatchObject({ letter: { stage: "check", code: "GW_RECORD_SENSELESS", origin: { value: record(6).value } } });
    expect(value).toMatchObject({ kind: "record", value: { at: 7 } });
  });

  it("throws where an operator of RxJS takes the graph down, for it would be silent for ever", () => {
    const broken = pipeline("broken", { summary: "", latenessS: 0, options: z.object({}) }, ({ from, to }) => [
      to(
        out,
        from(left).pipe(
          map(() => {
            throw new TypeError("not a stage");
          }),
        ),
      ),
    ]);
    expect(() => seen(broken).feed(0, [record(5)])).toThrow(expect.objectContaining({ code: "GW_GRAPH_BROKEN" }));
  });
});

describe("a part that others wait for", () => {
  const fields = { at: "int64" } as const;
  const size = 10 * second;
  const sums = pipeline("sums", { summary: "", latenessS: 0, options: z.object({}) }, ({ from, to, rekey, table, store }) => {
    const kept: Aggregate<typeof fields, Tick, Tick> = {
      fields,
      initial: () => ({ at: 0 }),
      add: (sum, { at }) => {
        sum.at += at;
      },
      result: (sum) => sum,
    };
    const readings = from(left);
    const changes = table({ ...ticks("prices"), role: "table" }).pipe(each<unknown, Tick>("changes", "", () => none()));
    const time = ({ at }: Tick) => (epoch + at) * second;
    const parts = merge(readings, changes).pipe(
      tumblingWindow("part", { size, time, key: () => "all", aggregate: kept, partial: true, store }),
    );
    return [to(out, parts.pipe(rekey("sums", { by: () => "all", codec: struct(fields) })))];
  });
  const sent = (graph: LaneGraph) =>
    graph.take().map((output) => {
      const { watermark, idle, body } = (output as { value: Envelope<Tick> }).value;
      return [output.kind, body?.at ?? (idle ? "idle" : "goes on"), watermark / second - epoch];
    });

  it("gives out what it holds before it says that they need not wait for it, and then the rest as more", () => {
    const graph = seen(sums);
    graph.feed(0, [record(5), record(7)]);
    expect(sent(graph)).toEqual([
      ["mark", "goes on", 5],
      ["mark", "goes on", 7],
    ]);
    graph.idle(0);
    expect(sent(graph)).toEqual([
      ["record", 12, 7],
      ["mark", "idle", 7],
    ]);
    graph.feed(0, [record(8), record(10)]);
    expect(sent(graph)).toEqual([
      ["mark", "goes on", 8],
      ["record", 8, 10],
      ["mark", "goes on", 10],
    ]);
  });

  it("says again that it has nothing to read, without a change of its state, and not where it has", () => {
    const graph = seen(sums);
    graph.feed(0, [record(5)]);
    graph.stillIdle();
    graph.idle(0);
    graph.take();
    const before = graph.dump();
    graph.stillIdle();
    graph.stillIdle();
    expect(sent(graph)).toEqual([
      ["mark", "idle", 5],
      ["mark", "idle", 5],
    ]);
    expect(graph.dump()).toEqual(before);
    graph.feed(0, [record(6)]);
    graph.take();
    graph.stillIdle();
    expect(sent(graph)).toEqual([]);
  });

  it("stays out of their way when a table changes: nothing would say again that it waits", () => {
    const graph = seen(sums);
    graph.feed(0, [record(5)]);
    graph.idle(0);
    graph.take();
    graph.feed(1, [{ ...record(6), value: null }]);
    expect(sent(graph)).toEqual([]);
  });
});

describe("what is let in", () => {
  const letter = (given: Partial<LogRecord>) => {
    const graph = seen(watched);
    graph.feed(0, [{ ...record(5), ...given }]);
    const [output] = graph.take();
    return output?.kind === "letter" ? output.letter : undefined;
  };

  it.for<[string, Partial<LogRecord>, string]>([
    ["a null value", { value: null }, "GW_RECORD_NULL"],
    ["bytes that end too soon", { value: Buffer.alloc(0) }, "GW_DECODE_TRUNCATED"],
    ["no key", { key: null }, "GW_RECORD_KEY"],
    ["a foreign key", { key: Buffer.from("other") }, "GW_RECORD_KEY"],
    ["a time in 1970", { value: left.type.toBuffer({ at: -epoch }) }, "GW_RECORD_TIME"],
    ["a time in 9999", { value: left.type.toBuffer({ at: 250_000_000_000 }) }, "GW_RECORD_TIME"],
  ])("%s is not, and keeps its bytes", ([, given, code]) => {
    const refused = letter(given);
    expect(refused).toMatchObject({ code, stage: "decode", partition: 3, topic: "left" });
    expect(refused?.origin?.value).toEqual("value" in given ? given.value : record(5).value);
  });

  it("a record far after the broker's own time does not move the watermark", () => {
    const graph = watched.open("left", {
      partition: 0,
      lanes: 1,
      maxAheadMs: 3_600_000,
      decode: (topic, { value }) => topic.type.fromBuffer(value ?? Buffer.alloc(0)),
    });
    const arrived = (epoch + 100) * 1_000;
    graph.idle(1);
    graph.feed(0, [
      { ...record(50), timestampMs: arrived },
      { ...record(100 + 3_601), timestampMs: arrived },
    ]);
    expect(graph.watermark).toBe((epoch + 48) * second);
    expect(graph.take().map(({ kind }) => kind)).toEqual(["record", "letter"]);
  });
});
