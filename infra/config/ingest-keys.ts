import { z } from "zod";
import { usualCrowd } from "../ingest/http/crowd.ts";
import { routingKeys } from "./routing-keys.ts";
import { tailKeys } from "./tail-keys.ts";

/** Section `ingest`: where telemetry comes in that no engine writes to topics by itself. */
export const ingestSettings = z.strictObject({
  host: z.string().default("127.0.0.1").describe("address that events are taken at; any but this machine's own needs `ingest.token`"),
  port: z.int().min(0).max(65_535).default(8610).describe("its port; 0 takes any free one"),
  token: z
    .string()
    .min(16)
    .optional()
    .describe(`what clients must bring in the header authorization, after Bearer; a secret, best given as \${env:NAME} or \${file:path}`),
  maxBodyBytes: z.int().positive().default(8_388_608).describe("largest body that is read as a whole, unpacked, in bytes"),
  maxStreamBytes: z.int().positive().default(1_073_741_824).describe("largest body of JSON Lines, unpacked, in bytes"),
  maxBytesInFlight: z
    .int()
    .positive()
    .default(33_554_432)
    .describe("bytes on their way to Kafka before others are told to come again (429)"),
  maxRequests: z
    .int()
    .positive()
    .default(usualCrowd.maxRequests)
    .describe("requests that are answered at once; others are told to come again (429)"),
  maxRequestsPerClient: z.int().positive().default(usualCrowd.maxRequestsPerClient).describe("of these, how many one address may have"),
  patienceS: z
    .number()
    .positive()
    .max(25)
    .default(10)
    .describe("how long a client waits for Kafka and the registry before it is told 503, in seconds"),
  deploymentId: z.string().min(1).default("default").describe("deployment of what is scraped and tailed"),
  scrape: z
    .array(z.string())
    .default([])
    .describe("Prometheus exporters to ask, as ENGINE=URL, comma separated; engines: vllm, sglang, trtllm, dcgm, any"),
  scrapeIntervalS: z.number().min(1).default(10).describe("from one scrape of a target to the next, in seconds"),
  scrapeTimeoutS: z.number().positive().default(5).describe("a target that has not answered by then is down, in seconds"),
  ...tailKeys,
  ...routingKeys,
  maxSeriesPerTarget: z.int().positive().default(5_000).describe("series taken of one scrape; the rest is left out and said"),
});
