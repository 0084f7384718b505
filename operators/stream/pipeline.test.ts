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

  it("gives each lane an instance of its own, and no part that it does not have", () => {
    const how = { partition: 0, lanes: 1, maxAheadMs: 0, decode: () => ({}) };
    expect(sample.open("gatewatch.alert", how)).not.toBe(sample.open("gatewatch.alert", how));
    expect(() => sample.open("other", how)).toThrow("sample has no part other");
  });
});
