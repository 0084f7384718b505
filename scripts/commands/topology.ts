import { z } from "zod";
import { pipelines } from "../../pipelines/index.ts";
import { chosenPipelines } from "../command-line/chosen-pipelines.ts";
import { command } from "../command-line/command.ts";
import { asMermaid, asText, drawnByDefault, latenessText } from "../topology/drawing.ts";

/** Draws with default options and connects to nothing; `json` is for other programs. */
export const topology = command({
  name: "topology",
  summary: "Draws what reads what: topics, stages, outputs.",
  details: latenessText(pipelines),
  examples: ["gatewatch topology", "gatewatch topology router-windows --format mermaid"],
  positional: ["pipeline"],
  options: z.strictObject({
    pipeline: z.string().optional().describe("only these, comma separated; all where left out"),
    format: z.enum(["text", "mermaid", "json"]).default("text").describe("how"),
  }),
  async run({ pipeline, format }, io) {
    const drawings = chosenPipelines(pipeline, pipelines).map(drawnByDefault);
    if (format === "json") io.out(JSON.stringify(drawings, null, 2));
    else for (const drawing of drawings) io.out((format === "mermaid" ? asMermaid : asText)(drawing).trimEnd());
    return 0;
  },
});
