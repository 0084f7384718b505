import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fromText, leavesOf, unwrapped } from "./schema-walk.ts";

describe("what stands behind a schema", () => {
  it.for<[string, z.ZodType, string, unknown, boolean]>([
    ["a plain one", z.string(), "ZodString", undefined, true],
    ["a default", z.int().default(3), "ZodNumberFormat", 3, false],
    ["an optional one", z.url().optional(), "ZodURL", undefined, false],
    ["a nullable one", z.boolean().nullable(), "ZodBoolean", undefined, false],
    ["a section with its defaults", z.strictObject({}).prefault({}), "ZodObject", {}, false],
    ["a transformed one", z.string().transform(Number).default(0), "ZodString", 0, false],
    ["defaults in defaults: the outer counts", z.int().default(1).optional().default(2), "ZodNumberFormat", 2, false],
  ])("%s", ([, schema, kind, fallback, required]) => {
    const { inner, ...rest } = unwrapped(schema);
    expect(inner.constructor.name).toBe(kind);
    expect(rest).toEqual({ fallback, required });
  });
});

describe("the keys of a schema", () => {
  it("are its values, in the order declared, through sections within sections", () => {
    const schema = z.strictObject({
      a: z.string(),
      section: z.strictObject({ b: z.int().default(1), deep: z.strictObject({ c: z.boolean() }).prefault({ c: true }) }).prefault({}),
      list: z.array(z.string()),
    });
    expect(leavesOf(schema).map(({ key }) => key)).toEqual(["a", "section.b", "section.deep.c", "list"]);
  });
});

describe("a text as the value of a key", () => {
  it.for<[string, z.ZodType, unknown]>([
    ["12", z.int(), 12],
    ["1e3", z.number().default(1), 1_000],
    ["-0.5", z.number().optional(), -0.5],
    ["true", z.boolean(), true],
    ["false", z.boolean().default(true), false],
    ["a, b,,c ", z.array(z.string()), ["a", "b", "c"]],
    ["1,2", z.array(z.int()), [1, 2]],
    ["12", z.string(), "12"],
    ["", z.array(z.string()), []],
    ['["a,b", "c"]', z.array(z.string()), ["a,b", "c"]],
    ["[1, 2]", z.array(z.int()), [1, 2]],
    ["[::1]:9092,b:1", z.array(z.string()), ["[::1]:9092", "b:1"]],
  ])("%j", ([text, schema, value]) => expect(fromText(text, schema)).toEqual(value));

  it.for<[string, z.ZodType]>([
    ["", z.int()],
    ["  ", z.number()],
    ["twelve", z.int()],
    ["yes", z.boolean()],
    ["TRUE", z.boolean()],
    ["1,x", z.array(z.int())],
  ])("%j stays what it is where it does not convert, and the schema refuses it", ([text, schema]) => {
    expect(schema.safeParse(fromText(text, schema)).success).toBe(false);
  });
});
