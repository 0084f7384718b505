import { describe, expect, it } from "vitest";
import { z } from "zod";
import { commands } from "../commands/index.ts";
import { type AnyCommand, command } from "./command.ts";
import type { Context } from "./context.ts";
import { flagsOf } from "./flags.ts";
import type { Io } from "./io.ts";
import { parse } from "./program.ts";

const seen: unknown[] = [];
const spec = command({
  name: "fruit pick",
  summary: "Picks fruit.",
  examples: ["gatewatch fruit pick apple"],
  positional: ["kind", "trees"],
  configured: true,
  options: z.strictObject({
    kind: z.string().describe("which fruit"),
    trees: z.array(z.string()).default([]).describe("from which trees"),
    ladderM: z.coerce.number().positive().default(3).describe("height of the ladder, in metres"),
    ripeness: z.enum(["green", "ripe"]).default("ripe").describe("how"),
    wash: z.boolean().default(true).describe("leaves it as it is"),
    note: z.array(z.string()).default([]).describe("said beside it"),
  }),
  async run(options) {
    seen.push(options);
    return 7;
  },
});

const io = {} as Io;
const context = {} as Context;

async function invoke(argv: readonly string[], all: readonly AnyCommand[] = [spec]): Promise<unknown> {
  const asked = await parse(all, "1.2.3", argv);
  if ("text" in asked) return asked.text;
  const code = await asked.command.invoke(asked.typed, io, context);
  return { code, options: seen.pop(), given: asked.given };
}

const fails = (argv: readonly string[], message: string | RegExp) =>
  expect(invoke(argv)).rejects.toMatchObject({ code: "GW_USAGE", message: expect.stringMatching(message) });

describe("command line", () => {
  it("fills options from flags, places and defaults", async () => {
    expect(await invoke(["fruit", "pick", "apple"])).toEqual({
      code: 7,
      options: { kind: "apple", trees: [], ladderM: 3, ripeness: "ripe", wash: true, note: [] },
      given: { config: undefined, set: [], namespace: undefined },
    });
    const typed = [
      "pear",
      "a",
      "b",
      "--ladder-m",
      "2.5",
      "--no-wash",
      "--note",
      "x",
      "--note",
      "y",
      "--set",
      "k=v",
      "--set",
      "l=w",
      "--namespace",
      "n",
    ];
    expect(await invoke(["fruit", "pick", ...typed])).toEqual({
      code: 7,
      options: { kind: "pear", trees: ["a", "b"], ladderM: 2.5, ripeness: "ripe", wash: false, note: ["x", "y"] },
      given: { config: undefined, set: ["k=v", "l=w"], namespace: "n" },
    });
  });

  it("shows help of the program, a group and a command, with choices, defaults and examples", async () => {
    expect(await invoke(["--help"])).toMatch(/fruit/);
    expect(await invoke(["fruit", "--help"])).toMatch(/pick .*Picks fruit\./);
    const help = String(await invoke(["fruit", "pick", "--help"]));
    expect(help).toMatch(/--ripeness <ripeness> +how \(default ripe\) \(one of green, ripe\)|how \(one of green, ripe; default ripe\)/);
    expect(help).toMatch(/--no-wash +leaves it as it is/);
    expect(help).toMatch(/--set <key=value>/);
    expect(help).toMatch(/Examples:\n {2}\$ gatewatch fruit pick apple/);
    expect(await invoke(["--version"])).toBe("1.2.3");
  });

  it("refuses what it does not know, with the nearest name", async () => {
    await fails(["fruid"], /unknown command 'fruid'; did you mean fruit\?/);
    await fails(["fruit", "pik"], /unknown command 'pik'; did you mean pick\?/);
    await fails(["fruit", "pick", "apple", "--ladder", "3"], /unknown option '--ladder'; did you mean --ladder-m\?/);
    await fails(["fruit", "pick"], /missing required argument 'kind'/);
    await fails(["fruit", "pick", "apple", "--ladder-m"], /argument missing/);
    await fails([], /name a command/);
    await fails(["fruit"], /name a command/);
  });

  it("tells every wrong option at once", async () => {
    await fails(
      ["fruit", "pick", "apple", "--ladder-m", "-1", "--ripeness", "blue"],
      /^fruit pick:\n {2}--ladder-m: more than 0 is wanted\n {2}--ripeness: green or ripe is wanted$/,
    );
    await fails(["fruit", "pick", "apple", "--ladder-m", "high"], /^fruit pick: --ladder-m: a number is wanted$/);
  });
});

describe.for(commands.map((one) => [one.name, one] as const))("gatewatch %s", ([, one]) => {
  it("says what it and each of its options are for", () => {
    expect(one.summary).toMatch(/^[A-Z].*\.$/);
    for (const { key, summary } of flagsOf(one.options)) expect([key, summary.length > 2]).toEqual([key, true]);
    for (const key of one.positional) expect(Object.keys(one.options.shape)).toContain(key);
  });

  it("refuses options it does not have, and has no two of one name", () => {
    expect(one.options.safeParse({ noSuchOption: 1 }).error?.issues.some(({ code }) => code === "unrecognized_keys")).toBe(true);
    const names = flagsOf(one.options).map(({ name }) => name);
    const reserved = one.configured ? ["--config", "--set", "--namespace", "--help"] : ["--help"];
    expect(new Set([...names, ...reserved]).size).toBe(names.length + reserved.length);
  });

  it("has examples that parse as they stand", async () => {
    expect(one.examples.length).toBeGreaterThan(0);
    const typed = one.examples.flatMap((example) => example.split(" | ")).filter((text) => text.startsWith("gatewatch "));
    for (const text of typed) {
      const argv = [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "").slice(1);
      const asked = await parse(commands, "1", argv);
      if ("text" in asked) throw new Error(`${text} only prints`);
      expect(asked.command.options.safeParse(asked.typed).error).toBeUndefined();
    }
  });
});
