import { share } from "rxjs";
import { z } from "zod";
import { type Judged, residualSpike, spikeOptions } from "../operators/detectors/residual-spike.ts";
import { spikeAlert } from "../operators/detectors/spike-alert.ts";
import { seriesScores, seriesWindow } from "../operators/scores/series-window.ts";
import { seriesValues } from "../operators/series/series-values.ts";
import { pipeline } from "../operators/stream/pipeline.ts";
import { each } from "../operators/stream/stage.ts";
import { seconds } from "../operators/stream/time.ts";
import { tumblingWindow } from "../operators/windows/tumbling-window.ts";
import { topics } from "../schemas/topics/index.ts";

const options = z.object({
  ...spikeOptions,
  scoreWindowS: z.int().positive().default(30).describe("window of the statistics in gatewatch.score, in seconds of event time"),
  maxSeries: z.int().positive().default(20_000).describe("series whose state is held in one lane, 5 to 10 kB of memory each"),
});

/**
 * Any metric against what its own past foretells, and what every series did and scored in windows.
 *
 * Reads   moe.metric (by name and labels)      Writes  gatewatch.alert, gatewatch.score
 * Order   of a series' own time. Late    a sample that is not after the last of its series.      State  a forecaster a series.
 */
export const metrics = pipeline(
  "metrics",
  { summary: "Spikes of any metric against its own forecast, and statistics of every series.", latenessS: 30, options },
  ({ from, to, store }, { limit, warmUp, reach, scoreWindowS, maxSeries: maxKeys }) => {
    const judged = from(topics.metric).pipe(
      seriesValues("values", { maxKeys, store }),
      residualSpike("spike", { limit, warmUp, reach, maxKeys, store }),
      share(),
    );

    const alerts = judged.pipe(each("as-alert", "puts a spike into words", spikeAlert));
    const scores = judged.pipe(
      tumblingWindow("window", { size: seconds(scoreWindowS), time: sampledAt, key: ofSeries, aggregate: seriesWindow, maxKeys, store }),
      each("as-score", "one record for the values, one for their scores", seriesScores),
    );

    return [to(topics.alert, alerts), to(topics.score, scores)];
  },
);

const sampledAt = ({ sample }: Judged): number => sample.ts;
const ofSeries = ({ key }: Judged): string => key;
