import { z } from "zod";
import { viewSubject } from "../../infra/registry/registry-view.ts";
import { registryAccess } from "../command-line/addresses.ts";
import { command } from "../command-line/command.ts";
import { topicsWithSchema } from "../command-line/registered-topics.ts";
import { printRows } from "../command-line/table.ts";

/** `current` says whether the registry's newest is the very schema that this release writes. */
export const schemasList = command({
  name: "schemas list",
  summary: "Shows the schemas of the catalogue and what the registry has of them.",
  examples: ["gatewatch schemas list", "gatewatch schemas list --json"],
  configured: true,
  options: z.strictObject({ json: z.boolean().default(false).describe("one JSON object a line") }),
  async run({ json }, io, context) {
    const settings = context.settings();
    const access = { ...registryAccess(settings), named: context.named(settings) };
    const views = await Promise.all(topicsWithSchema([]).map((topic) => viewSubject(access, topic)));
    const rows = views.map(({ subject, version, id, current }) => ({
      subject,
      registered: version !== undefined,
      version: version ?? null,
      id: id ?? null,
      current,
    }));
    await printRows(rows, json, io);
    return 0;
  },
});
