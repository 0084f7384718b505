import { z } from "zod";
import { patiently } from "../../infra/patience/patiently.ts";
import { viewSubject } from "../../infra/registry/registry-view.ts";
import { registryAccess } from "../command-line/addresses.ts";
import { command } from "../command-line/command.ts";
import { topicsWithSchema } from "../command-line/registered-topics.ts";
import { printRows } from "../command-line/table.ts";

/** Idempotent; waits 30 s for a registry that is away. Throws GW_SCHEMA_INCOMPATIBLE at the first that cannot be. */
export const schemasCreate = command({
  name: "schemas create",
  summary: "Registers the schemas of the catalogue, where they are not yet.",
  examples: ["gatewatch schemas create", "gatewatch schemas create moe.router"],
  positional: ["topic"],
  configured: true,
  options: z.strictObject({
    topic: z.array(z.string()).default([]).describe("only of these; all where left out"),
    json: z.boolean().default(false).describe("one JSON object a line"),
  }),
  async run({ topic: names, json }, io, context) {
    const chosen = topicsWithSchema(names);
    const settings = context.settings();
    const codec = await context.codec(settings);
    await patiently(() => codec.register(chosen), { stop: context.stop, withinMs: 30_000, say: (sentence) => io.note(sentence) });
    const access = { ...registryAccess(settings), named: context.named(settings) };
    const views = await Promise.all(chosen.map((topic) => viewSubject(access, topic)));
    await printRows(
      views.map(({ subject, version, id }) => ({ subject, version: version ?? null, id: id ?? null })),
      json,
      io,
    );
    return 0;
  },
});
