import { describe, expect, it } from "vitest";
import { z } from "zod";
import { topics } from "../../schemas/topics/index.ts";
import { ok } from "./outcome.ts";
import { pipeline } from "./pipeline.ts";
import { each } from "./stage.ts";

const options = z.object({ limit: z.number().default(3).describe("a limit") });
let built: unknown[] = [];
const sample = pipeline("sample", { summary: "A sample.", latenessS: 7, options }, ({ from, to }, given) => {
  built.push(given);
  return [to(topics.alert, from(topics.alert).pipe(each("as-is", "", (one) => ok(one))))];
});

describe("a pipeline", () => {
  it("is built with its defaults, lateness among them", () => {
    built = [];
    sample.shape();
    sample.shape({ limit: 5, latenessS: 60 });
    expect(built).toEqual([
      { limit: 3, latenessS: 7 },
      { limit: 5, latenessS: 60 },
    ]);
  });

  it.for([{ limits: 5 }, { limit: "5" }, { latenessS: -1 }])("refuses options that it does not have: %j", (given) => {
    expect(() => sample.shape(given)).toThrow(z.ZodError);
  });

  it("keeps what its options say of each other", () => {
    const both = z
      .object({ from: z.number().default(0), to: z.number().default(9) })
      .refine(({ from, to }) => from <= to, "from before to");
    const ranged = pipeline("ranged", { summary: "", latenessS: 0, options: both }, () => []);
    expect(() => ranged.options.parse({ from: 10 })).toThrow("from before to");
    expect(ranged.options.parse({ from: 9 })).toEqual({ from: 9, to: 9, latenessS: 0 });
  });

  it("gives each lane an instance of its own, and no part that it does not have", () => {
    const how = { partition: 0, lanes: 1, maxAheadMs: 0, decode: () => ({}) };
    expect(sample.open("gatewatch.alert", how)).not.toBe(sample.open("gatewatch.alert", how));
    expect(() => sample.open("other", how)).toThrow("sample has no part other");
  });
});
