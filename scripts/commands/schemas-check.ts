import { z } from "zod";
import { viewSubject } from "../../infra/registry/registry-view.ts";
import { registryAccess } from "../command-line/addresses.ts";
import { command } from "../command-line/command.ts";
import { topicsWithSchema } from "../command-line/registered-topics.ts";
import { printRows } from "../command-line/table.ts";

/** For a pipeline of releases: exit 1 before anything was registered. */
export const schemasCheck = command({
  name: "schemas check",
  summary: "Says whether our schemas can read what the registry's newest have written.",
  details: "Registers nothing. Exit 1 where one cannot, with the field that stands against it.",
  examples: ["gatewatch schemas check", "gatewatch schemas check moe.router --json"],
  positional: ["topic"],
  configured: true,
  options: z.strictObject({
    topic: z.array(z.string()).default([]).describe("only of these; all where left out"),
    json: z.boolean().default(false).describe("one JSON object a line"),
  }),
  async run({ topic: names, json }, io, context) {
    const chosen = topicsWithSchema(names);
    const settings = context.settings();
    const access = { ...registryAccess(settings), named: context.named(settings) };
    const views = await Promise.all(chosen.map((topic) => viewSubject(access, topic)));
    const rows = views.map(({ subject, version, current, conflict }) => ({
      subject,
      compatible: conflict === undefined,
      state: version === undefined ? "not registered" : current ? `version ${version}` : `differs from version ${version}`,
      conflict: conflict ?? null,
    }));
    await printRows(rows, json, io);
    return rows.every(({ compatible }) => compatible) ? 0 : 1;
  },
});
