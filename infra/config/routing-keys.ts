import { z } from "zod";

/** The keys of section `ingest` that say how tokens and counts of routing become windows. */
export const routingKeys = {
  routingWindowS: z.number().positive().default(5).describe("length of the windows that tokens are counted in, in seconds"),
  routingGraceS: z
    .number()
    .min(0)
    .default(2)
    .describe("how long after a window's end, by the tokens' own time, its tokens are still counted, in seconds"),
  routingIdleS: z
    .number()
    .positive()
    .default(15)
    .describe("open windows of an instance are closed when no token of it came for so long, in seconds"),
  routingMaxOpen: z
    .int()
    .positive()
    .default(20_000)
    .describe("windows open at once, and 256 times as many experts in them, 16 bytes each; beyond either, windows are closed early"),
  watchDumps: z
    .array(z.string())
    .default([])
    .describe("folders that engines dump counts into, as ENGINE=DIR, comma separated; engines: sglang, json"),
  dumpsTopK: z.int().positive().optional().describe("experts a token is sent to; a dump of SGLang does not say"),
  dumpsCoverS: z
    .number()
    .positive()
    .default(60)
    .describe("what a dump of SGLang covers at most, in seconds; it begins where the one before of its rank ends, if that is later"),
};
