import { z } from "zod";

/** The keys of section `ingest` that say which logs are tailed, and how. */
export const tailKeys = {
  tail: z
    .array(z.string())
    .default([])
    .describe("logs to follow, as FORMAT=FILE, comma separated; formats: nginx-combined, nginx-json, envoy-text, envoy-json, engine-log"),
  tailFrom: z.enum(["beginning", "end"]).default("beginning").describe("where a log begins that was never read"),
  tailTenant: z
    .enum(["none", "user", "host"])
    .default("none")
    .describe(
      "what names the tenant in access logs: nothing, the user who authenticated, or the host asked; hashed with `privacy.hashKey`",
    ),
  tailRotateWaitS: z
    .number()
    .positive()
    .default(10)
    .describe("a rotated log is given up when nothing was added to it for so long, in seconds"),
  stateDir: z.string().default("").describe("folder for how far logs have been read; `ingest` in the data folder where empty"),
};
