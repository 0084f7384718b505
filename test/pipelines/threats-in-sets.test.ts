import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dataFolder } from "../../scripts/measure/data-sets.ts";
import { httpSamples, isChatBody, promptSamples } from "../../scripts/measure/threat-sets.ts";
import { foundBy, foundTable } from "../../scripts/measure/threats-found.ts";

const http = dataFolder("B_http_threats");
const prompts = dataFolder("C_prompts");
const page = readFileSync(join(import.meta.dirname, "../../docs/guide/15-threats-in-requests.md"), "utf8").split("\n");

describe.skipIf(!existsSync(http) || !existsSync(prompts))("threats: public sets (of shared/data)", () => {
  it("are found as the guide says, row by row", { timeout: 300_000 }, async () => {
    const written = promptSamples(prompts);
    const requests = await foundBy("http.threat", [...httpSamples(http), ...written.filter(isChatBody)]);
    const texts = await foundBy(
      "prompt.injection",
      written.filter((one) => !isChatBody(one)),
    );
    const missing = [...foundTable(requests), ...foundTable(texts)].filter((row) => !page.includes(row));
    expect(missing).toEqual([]);
  });
});
