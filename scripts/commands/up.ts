import { z } from "zod";
import { profiles } from "../../infra/local-stack/profile.ts";
import { command } from "../command-line/command.ts";
import { up as start } from "../up/up.ts";

export const up = command({
  name: "up",
  summary: "Starts everything: Kafka, registry, ClickHouse, workers, a simulated load, a status page.",
  details:
    "Prints a line for each part as it becomes ready, then alerts as they come. Ctrl-C stops all of it in order; a second Ctrl-C at once. Data stay in the data directory, so the next start goes on from there. Profile auto takes what the configuration names, else what this machine can run itself, else containers, else memory. GATEWATCH_ANY_PORTS=1 gives all parts free ports, for a stack beside another.",
  examples: [
    "gatewatch up",
    "gatewatch up --workers 2 --no-simulate",
    "gatewatch up --profile memory",
    "gatewatch up --data-dir /var/tmp/watch --port 8700",
  ],
  configured: true,
  lasting: true,
  options: z.strictObject({
    profile: z.enum(profiles).default("auto").describe("where the parts come from"),
    port: z.coerce.number().int().min(0).max(65_535).optional().describe("of the status page; 8600 or the next free one where left out"),
    host: z.string().default("127.0.0.1").describe("address that the status page listens on; others than this machine need its token"),
    workers: z.coerce.number().int().min(1).max(64).default(1).describe("worker processes"),
    simulate: z.boolean().default(true).describe("sends no simulated load"),
    dataDir: z.string().optional().describe("where data, logs and passwords lie; .gatewatch in the checkout where left out"),
  }),
  run: start,
});
