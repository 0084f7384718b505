import { describe, expect, it } from "vitest";
import { z } from "zod";
import { sayIssue } from "./say-issue.ts";

function said(schema: z.ZodType, value: unknown): string {
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  if (issue === undefined) throw new Error("nothing is wrong with it");
  return sayIssue(issue);
}

describe("what is wrong with a value", () => {
  it.for<[z.ZodType, unknown, string]>([
    [z.number(), "x", "a number is wanted"],
    [z.boolean(), "x", "true or false is wanted"],
    [z.array(z.string()), 1, "a list is wanted"],
    [z.strictObject({}), 1, "a section with keys is wanted"],
    [z.string(), undefined, "a text is wanted, and is missing"],
    [z.enum(["halt", "earliest"]), "x", "halt or earliest is wanted"],
    [z.int().min(1), 0, "at least 1 is wanted"],
    [z.number().positive(), 0, "more than 0 is wanted"],
    [z.int().max(65_535), 70_000, "at most 65535 is wanted"],
    [z.number().lt(1), 1, "less than 1 is wanted"],
    [z.string().min(1), "", "at least 1 characters is wanted"],
    [z.array(z.string()).min(2), ["a"], "at least 2 entries is wanted"],
    [z.url(), "x", "an address such as http://host:port is wanted"],
    [z.string().regex(/^a$/, "an a is wanted"), "b", "an a is wanted"],
  ])("%# is said in a person's words", ([schema, value, words]) => expect(said(schema, value)).toBe(words));

  it("never repeats the value, which may be a secret", () => {
    const secret = "hunter2";
    for (const schema of [z.number(), z.boolean(), z.url(), z.enum(["a"]), z.string().max(3), z.array(z.int())]) {
      expect(said(schema, secret)).not.toContain(secret);
    }
  });
});
