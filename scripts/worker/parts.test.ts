import { describe, expect, it } from "vitest";
import { z } from "zod";
import { routerWindows } from "../../pipelines/router-windows.ts";
import { orderTest, rekeyTest, tableTest } from "../../test/lanes/pipelines.ts";
import { partsToRun, topicsOf } from "./parts.ts";

const defaults = () => ({});

describe("the parts to run", () => {
  it("are every part of every pipeline asked for, with what each reads and writes", () => {
    const parts = partsToRun([orderTest, rekeyTest], defaults);
    expect(
      parts.map(({ pipeline, part, inputs, outputs }) => [pipeline.name, part, inputs.length, outputs.map(({ name }) => name)]),
    ).toEqual([
      ["order-test", "test.left", 2, ["test.numbered"]],
      ["rekey-test", "test.left", 1, ["gatewatch.internal.rekey-test.by-group"]],
      ["rekey-test", "by-group", 1, ["test.totals"]],
    ]);
  });

  it("carry the options given to their pipeline, and refuse those it does not have", () => {
    const [part] = partsToRun([routerWindows], (name) => (name === "router-windows" ? { windowS: 30 } : {}));
    expect(part?.options).toEqual({ windowS: 30 });
    expect(() => partsToRun([routerWindows], () => ({ windows: 30 }))).toThrow(z.ZodError);
  });

  it("have a fingerprint that changes with options and form, and with nothing else", () => {
    const print = (options: Record<string, unknown>) => partsToRun([routerWindows], () => options)[0]?.fingerprint;
    expect(print({ windowS: 30 })).toBe(print({ windowS: 30 }));
    expect(new Set([print({}), print({ windowS: 30 }), print({ limit: 7 }), partsToRun([orderTest], defaults)[0]?.fingerprint]).size).toBe(
      4,
    );
    // One byte in the checkpoint says how long it is.
    expect(print({})?.length).toBeLessThan(256);
  });
});

describe("the topics of the parts", () => {
  it("are named once, tables and those between parts included", () => {
    const names = topicsOf(partsToRun([orderTest, tableTest, rekeyTest], defaults)).map(({ name }) => name);
    expect(names.toSorted()).toEqual([
      "gatewatch.internal.rekey-test.by-group",
      "test.left",
      "test.numbered",
      "test.priced",
      "test.right",
      "test.table",
      "test.totals",
    ]);
  });
});
