import { z } from "zod";
import { countRequests, type RequestCount } from "../operators/load/count-requests.ts";
import { type PartialLoad, partialLoad, partialLoadCodec, wholeLoad } from "../operators/load/load-sums.ts";
import { quietWindows } from "../operators/load/quiet-windows.ts";
import { scopeKey } from "../operators/load/scope.ts";
import { pipeline } from "../operators/stream/pipeline.ts";
import { seconds } from "../operators/stream/time.ts";
import { tumblingWindow } from "../operators/windows/tumbling-window.ts";
import { topics } from "../schemas/topics/index.ts";

const options = z.object({
  windowS: z.int().positive().default(10).describe("length of a window, in seconds of event time"),
  quietS: z
    .number()
    .min(0)
    .max(86_400)
    .default(900)
    .describe("how long a deployment that has gone quiet still has windows, of nothing, in seconds of event time; 0 for never"),
  maxRequests: z.int().positive().default(200_000).describe("request ids that a lane remembers, for 15 minutes of event time"),
  maxDeployments: z.int().positive().default(10_000).describe("deployments whose windows are open in one lane"),
});

/**
 * Requests and tokens per deployment and window, for those who do not count them at a gateway.
 *
 * Reads   moe.request (by tenant)      Writes  moe.load (by deployment)
 * Order   none within a window.        Late    counted, not in a window.      State  ids of requests, the open windows.
 * Quiet   a deployment's windows without a request are said to be of nothing for a while, as long as others have requests.
 * Lanes   each sums what it saw and gives that out once it has passed the window or has nothing left to read; a window is whole once
 *         every lane has done so.
 */
export const load = pipeline(
  "load",
  { summary: "Requests and tokens per deployment and window.", latenessS: 10, options },
  ({ from, to, rekey, store }, { windowS, quietS, maxRequests, maxDeployments }) => {
    const size = seconds(windowS);
    const quiet = seconds(quietS);
    const seen = from(topics.request).pipe(
      countRequests("once", { maxKeys: maxRequests, store }),
      tumblingWindow("partial", {
        size,
        time: countedAt,
        key: scopeKey,
        aggregate: partialLoad,
        partial: true,
        maxKeys: maxDeployments,
        store,
      }),
    );
    const whole = seen.pipe(
      rekey("partials", { by: ({ deploymentId }) => deploymentId, codec: partialLoadCodec }),
      tumblingWindow("whole", { size, time: windowStart, key: scopeKey, aggregate: wholeLoad, maxKeys: maxDeployments, store }),
      quietWindows("quiet", { size, quiet, maxKeys: maxDeployments, store }),
    );
    return [to(topics.load, whole)];
  },
);

const countedAt = ({ ts }: RequestCount): number => ts;
const windowStart = (partial: PartialLoad): number => partial.windowStart;
