import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routerLoad } from "../../scripts/simulate/router-load.ts";
import { until } from "../lanes/harness.ts";
import { startMs } from "../pipelines/inputs.ts";
import { descendants, Gatewatch, gatewatch, isRunning } from "./gatewatch.ts";

const load = { seed: 3, deploymentId: "d", instances: 2, layers: 4, experts: 16, topK: 2, tokens: 2_000, windowMs: 5_000 };
const lines = (windows: number) =>
  [...routerLoad({ ...load, collapse: { layer: 2, everyMs: 240_000, lastsMs: 30_000 } }, startMs).take(windows)]
    .flat()
    .map((value) => `${JSON.stringify({ topic: "moe.router", value })}\n`)
    .join("");

let folder = "";
const file = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gatewatch-commands-"));
  writeFileSync(file("router.jsonl"), lines(200));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("gatewatch on a command line", () => {
  it("answers --help with 0 on stdout", async () => {
    const { code, out, errors } = await gatewatch(["--help"]);
    expect([code, errors]).toEqual([0, ""]);
    expect(out).toMatch(/ {2}apply .*\n/);
  });

  it.for([
    [["aply", "router-windows"], 2, /^GW_USAGE: unknown command 'aply'; did you mean apply\?/],
    [["apply", "router-windws"], 2, /^GW_USAGE: there is no pipeline router-windws; did you mean router-windows\?/],
    [["apply", "router-windows", "--in", "no-such-file"], 2, /^GW_USAGE: no-such-file cannot be read \(ENOENT\)/],
    [["apply", "router-windows", "--in", "/"], 2, /^GW_USAGE: \/ is a folder/],
    [["apply", "router-windows", "--sed", "x=1"], 2, /^GW_USAGE: unknown option '--sed'; did you mean --set\?/],
    [
      ["apply", "router-windows", "--set", "lane.maxAhead=1"],
      2,
      /^GW_CONFIG_INVALID: [\s\S]*there is no key lane.maxAhead; did you mean lane.maxAheadMs\?/,
    ],
    [
      ["apply", "scaling", "--set", "scaling.minReplicas=50", "--set", "scaling.maxReplicas=2"],
      2,
      /^GW_CONFIG_INVALID: [\s\S]*scaling.minReplicas: at most scaling.maxReplicas is wanted/,
    ],
    [["produce", "moe.ruter"], 2, /^GW_USAGE: there is no topic moe.ruter for this; did you mean moe.router\?/],
    [["tail", "gatewatch.alert", "--from", "yesterday"], 2, /^GW_USAGE: --from yesterday: /],
    [["tail", "gatewatch.alert", "--limit", "0"], 2, /^GW_USAGE: tail: --limit: more than 0 is wanted/],
    [["run", "--pipelines", "sinks,nothing"], 2, /^GW_USAGE: there is no pipeline nothing/],
    [["query", "alrts"], 2, /^GW_USAGE: there is no question alrts; did you mean alerts\?/],
    [["dlq", "show", "x"], 2, /^GW_USAGE: dlq show: PLACE: /],
    [["topics", "list"], 1, /^GW_PART_MISSING: no Kafka: KAFKA_BROKERS is not set, and no local stack runs here/],
    [["query", "alerts"], 1, /^GW_PART_MISSING: no ClickHouse: /],
  ] as const)("%j ends with %i and one clear sentence", async ([argv, wanted, sentence]) => {
    const { code, out, errors } = await gatewatch(argv);
    expect(errors).toMatch(sentence);
    expect([code, out]).toEqual([wanted, ""]);
    expect(errors).not.toMatch(/\n\s+at /);
  });

  it("says in one sentence that no broker answers", async () => {
    const { code, errors } = await gatewatch(["topics", "list"], { KAFKA_BROKERS: "127.0.0.1:1" });
    expect(code).toBe(1);
    expect(errors).toMatch(/^GW_KAFKA_UNREACHABLE: .*127\.0\.0\.1:1/);
    expect(errors.trim().split("\n")).toHaveLength(1);
  });
});

describe("gatewatch apply", () => {
  it("gives the same bytes twice, from a file or stdin, to a file or stdout", async () => {
    const toFile = await gatewatch(["apply", "router-windows", "--in", file("router.jsonl"), "--out", file("out.jsonl")]);
    const piped = await gatewatch(["apply", "router-windows"], {}, readFileSync(file("router.jsonl"), "utf8"));
    expect([toFile.code, toFile.out, piped.code]).toEqual([0, "", 0]);
    expect(piped.out).toBe(readFileSync(file("out.jsonl"), "utf8"));
    expect(piped.out).toMatch(/"kind":"router\.baseline"/);
    expect(piped.errors).toMatch(/^in +1600\nout +\d+ gatewatch\.alert\nout +800 gatewatch\.window\ndead-lettered +0\nseconds +\d+\.\d\n$/);
  });

  it("tells bad lines, goes on, and ends with 0", async () => {
    const { code, out, errors } = await gatewatch(
      ["apply", "router-windows"],
      {},
      `nonsense\n${lines(10)}{"topic":"moe.router","value":null}`,
    );
    expect(code).toBe(0);
    expect(errors).toMatch(/^in +82\n[\s\S]*dead-lettered +2\n/);
    expect(out.split("\n").filter((line) => line.includes("gatewatch.dlq"))).toHaveLength(2);
  });

  it("takes options of the pipeline from --set and from a file", async () => {
    writeFileSync(file("settings.yaml"), "router-windows:\n  windowS: 100\n");
    const count = async (...argv: string[]) =>
      (await gatewatch(["apply", "router-windows", "--in", file("router.jsonl"), ...argv])).out.match(/gatewatch\.window"/g)?.length;
    expect(await count("--set", "router-windows.windowS=50")).toBe(160);
    expect(await count("--config", file("settings.yaml"))).toBe(80);
  });

  it("refuses to write over its input", async () => {
    const { code, errors } = await gatewatch(["apply", "router-windows", "--in", file("router.jsonl"), "--out", file("router.jsonl")]);
    expect([code, errors]).toEqual([2, expect.stringMatching(/is the input as well/)]);
    expect(readFileSync(file("router.jsonl"), "utf8").length).toBeGreaterThan(1_000);
  });

  it("ends quietly when nobody reads on, however much was to come", async () => {
    const run = new Gatewatch(["apply", "router-windows", "--in", file("router.jsonl")]);
    run.child.stdout?.once("data", () => run.child.stdout?.destroy());
    const { code, errors } = await run.ended();
    expect(code).toBe(0);
    expect(errors).not.toMatch(/EPIPE|GW_|defect/);
  });
});

describe("the starter", () => {
  it("passes a signal on, leaves nothing, and ends the same way", async () => {
    const run = new Gatewatch(["apply", "router-windows"]);
    await until("the program runs", () => descendants(run.child.pid ?? 0).length > 0);
    const below = descendants(run.child.pid ?? 0);
    run.child.kill("SIGTERM");
    const { code, signal } = await run.ended();
    expect(code === 143 || signal === "SIGTERM").toBe(true);
    await until("nothing is left", () => !below.some(isRunning));
  });

  it("takes the program with it when it is killed", async () => {
    const run = new Gatewatch(["apply", "router-windows"]);
    await until("the program runs", () => descendants(run.child.pid ?? 0).length > 0);
    // Until the program listens to its channel it would not see it close.
    run.child.stdin?.write(lines(1));
    const below = descendants(run.child.pid ?? 0);
    await until("it has read its input", () => run.child.stdin?.writableLength === 0);
    run.child.kill("SIGKILL");
    await until("nothing is left", () => !below.some(isRunning));
  });
});
