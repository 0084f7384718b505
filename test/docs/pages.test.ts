import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { parse } from "../../scripts/command-line/program.ts";
import { commands } from "../../scripts/commands/index.ts";
import { asMermaid, drawn } from "../../scripts/topology/drawing.ts";
import { pageCommands, pages, pageText, root } from "./page-commands.ts";

const gatewatch = (argv: readonly string[]) =>
  promisify(execFile)(process.execPath, [join(root, "scripts/bin.js"), ...argv], { cwd: root });

describe("commands on pages", () => {
  it.for(pages().flatMap(pageCommands))("$page:$line is one that exists: $argv", async ({ argv }) => {
    const asked = await parse(commands, "0.0.0", argv);
    if ("command" in asked) expect(asked.command.options.safeParse(asked.typed)).toMatchObject({ success: true });
    else expect(argv).toEqual(expect.arrayContaining([expect.stringMatching(/^--(help|version)$/)]));
  });
});

describe("the README", () => {
  it("shows the picture that topology draws", () => {
    const picture = pageText("README.md").match(/```mermaid\n(.*?)```/s)?.[1];
    expect(picture).toBe(asMermaid(drawn(routerWindows.shape())));
  });

  it("finds two alerts in its example, with the same bytes each time", async () => {
    const argv = pageCommands("README.md").find(({ argv: words }) => words[0] === "apply")?.argv ?? [];
    const first = await gatewatch(argv);
    const alerts = first.stdout.split("\n").filter((line) => line.includes("gatewatch.alert"));
    expect(alerts.map((line) => JSON.parse(line).value.evidence[1].value)).toEqual(["imbalance", "entropy"]);
    expect((await gatewatch(argv)).stdout).toBe(first.stdout);
  });

  it("shows an event that apply takes", async () => {
    const event = pageText("README.md").match(/```json\n(.*?)\n```/s)?.[1] ?? "";
    const child = promisify(execFile)(process.execPath, [join(root, "scripts/bin.js"), "apply", "router-windows"], { cwd: root });
    child.child.stdin?.end(`${event}\n`);
    const outputs = (await child).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(outputs).toMatchObject([
      { topic: "gatewatch.window", value: { deploymentId: "chat", layer: 3, tokens: 100, imbalanceMax: 1.2 } },
    ]);
  });
});
