import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topics } from "../../schemas/topics/index.ts";
import type { SeriesScore } from "../../schemas/types/avro.ts";
import { sampleOf } from "../../test/pipelines/metric-samples.ts";
import type { Judged } from "../detectors/residual-spike.ts";
import type { Ok } from "../stream/outcome.ts";
import type { At } from "../stream/stage.ts";
import { seriesScores, seriesWindow, seriesWindowCodec } from "./series-window.ts";

const at: At = { key: "k", topic: "moe.metric", partition: 0, origin: undefined, watermark: 0 };
const judged = (value: number, score = 0): Judged => ({
  sample: sampleOf("m", 0, value, { labels: [{ name: "instance", value: "i-0" }] }),
  key: "k",
  value,
  isRate: false,
  afterGap: false,
  expected: value,
  deviation: 1,
  score,
  isSpike: false,
  learnt: 100,
});

function scoresOf(values: readonly Judged[]): readonly SeriesScore[] {
  const kept = seriesWindow.initial(values[0] ?? judged(0), at);
  for (const one of values) seriesWindow.add(kept, one, at);
  expect(seriesWindowCodec.type.isValid(kept)).toBe(true);
  return (seriesScores(seriesWindow.result(kept, 0, 30_000_000, "k")) as Ok<SeriesScore>).values;
}

describe("a series over a window", () => {
  it("has a record for its values and one for their scores", () => {
    const [value, score] = scoresOf([judged(1), judged(5, 4), judged(3)]);
    expect(value).toMatchObject({ kind: "value", n: 3, median: 3, max: 5, series: "m|instance=i-0", metric: "m" });
    expect(score).toMatchObject({ kind: "metric.spike", n: 3, median: 0, max: 0.8 });
    expect(value?.id).not.toBe(score?.id);
  });

  it("has no spread where there is one value", () => expect(scoresOf([judged(7)])[0]).toMatchObject({ median: 7, iqr: 0, max: 7 }));

  it("counts everything and keeps a bounded, even sample, also of a flood", () => {
    const values = Array.from({ length: 10_000 }, (_, i) => judged(i));
    const [value] = scoresOf(values);
    expect(value).toMatchObject({ n: 10_000, max: 9_999 });
    expect(value?.median).toBeGreaterThan(4_700);
    expect(value?.median).toBeLessThan(5_300);
  });

  it("always fits its topic", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e149, max: 1e149, noNaN: true }), { minLength: 1, maxLength: 40 }), (values) => {
        for (const record of scoresOf(values.map((value) => judged(value)))) expect(topics.score.type.isValid(record)).toBe(true);
      }),
    );
  });
});
