import { z } from "zod";
import { patiently } from "../../infra/patience/patiently.ts";
import { command } from "../command-line/command.ts";
import { startIngest } from "../ingest/start-ingest.ts";

/** Runs until it is stopped; what has been taken is in Kafka by then. */
export const ingest = command({
  name: "ingest",
  summary: "Takes telemetry in over HTTP, from exporters and from logs, and brings it to topics.",
  details:
    "Listens on 127.0.0.1:8610 unless told otherwise; on an address that others reach, ingest.token must be set. What prompts, bodies and addresses lose on the way is section `privacy` of the configuration. `gatewatch up` runs this too.",
  examples: [
    "gatewatch ingest",
    "gatewatch ingest --port 8611 --set ingest.deploymentId=chat",
    "gatewatch ingest --scrape vllm=http://127.0.0.1:8000/metrics --scrape dcgm=http://127.0.0.1:9400/metrics",
    "gatewatch ingest --tail nginx-json=/var/log/nginx/gatewatch.log",
    "gatewatch ingest --watch-dumps sglang=/dumps/engine-0 --set ingest.dumpsTopK=8",
    'curl -d \'{"ts":"2026-01-01T00:00:00Z","name":"kv_usage","value":0.41}\' -H \'content-type: application/json\' http://127.0.0.1:8610/api/v1/events/moe.metric',
  ],
  configured: true,
  lasting: true,
  options: z.strictObject({
    port: z.coerce.number().int().min(0).max(65_535).optional().describe("where events are taken; `ingest.port` where left out"),
    scrape: z
      .array(z.string())
      .default([])
      .describe("a Prometheus exporter to ask, as ENGINE=URL; engines: vllm, sglang, trtllm, dcgm, any; may be repeated"),
    tail: z
      .array(z.string())
      .default([])
      .describe(
        "a log to follow, as FORMAT=FILE; formats: nginx-combined, nginx-json, envoy-text, envoy-json, engine-log; may be repeated",
      ),
    watchDumps: z
      .array(z.string())
      .default([])
      .describe("a folder that an engine dumps expert counts into, as ENGINE=DIR; engines: sglang, json; may be repeated"),
  }),
  async run({ port, scrape, tail, watchDumps }, io, context) {
    const settings = context.settings([
      ...(port === undefined ? [] : [`ingest.port=${port}`]),
      ...(scrape.length === 0 ? [] : [`ingest.scrape=${JSON.stringify(scrape)}`]),
      ...(tail.length === 0 ? [] : [`ingest.tail=${JSON.stringify(tail)}`]),
      ...(watchDumps.length === 0 ? [] : [`ingest.watchDumps=${JSON.stringify(watchDumps)}`]),
    ]);
    const patience = { stop: context.stop, say: (sentence: string) => io.note(sentence) };
    const log = await patiently(() => context.kafka(settings), patience);
    const running = await startIngest({ log, codec: await context.codec(settings), named: context.named(settings) }, settings, (sentence) =>
      io.note(sentence),
    );
    io.out(`ingest: ${running.address}`);
    await new Promise<void>((resolve) => {
      if (context.stop.aborted) resolve();
      context.stop.addEventListener("abort", () => resolve(), { once: true });
    });
    await running.stop();
    return 0;
  },
});
