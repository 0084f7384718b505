import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pipelines } from "../../pipelines/index.ts";
import { topics } from "../../schemas/topics/index.ts";

/** A detector that could read what was injected would prove nothing by finding it. */
describe("the simulator's truth", () => {
  it("is no input of any pipeline, whatever its role", () => {
    const inputs = pipelines.flatMap((pipeline) => pipeline.shape().parts.flatMap((part) => part.inputs.map(({ topic }) => topic.name)));
    expect(inputs.length).toBeGreaterThan(0);
    expect(inputs).not.toContain(topics.injection.name);
  });

  it("is not even named in operators and pipelines", () => {
    const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "operators", "pipelines"], { encoding: "utf8" }).split(
      "\n",
    );
    const naming = files.filter(
      (file) => file.endsWith(".ts") && /topics\.injection|gatewatch\.injection|topics\/injection/.test(readFileSync(file, "utf8")),
    );
    expect(naming).toEqual([]);
  });
});
