import { describe, expect, it } from "vitest";
import { pipelines } from "../../pipelines/index.ts";
import { leavesOf, unwrapped } from "./schema-walk.ts";
import { asSettings, settingsSchema, topicNames, underNamespace } from "./settings.ts";

const schema = settingsSchema(pipelines);
const leaves = leavesOf(schema);

describe("everything that can be configured", () => {
  it.for(leaves)("$key says what it is and needs no value to start", ({ schema: leaf }) => {
    const { inner, required } = unwrapped(leaf);
    expect(leaf.description ?? inner.description ?? "").toMatch(/.{10}/);
    expect(required).toBe(false);
  });

  it("is complete without a word", () => expect(schema.safeParse({}).success).toBe(true));

  it.for([{ nothing: 1 }, { lane: { nothing: 1 } }, { "router-windows": { nothing: 1 } }])(
    "refuses keys that there are not: %j",
    (given) => {
      expect(schema.safeParse(given).success).toBe(false);
    },
  );

  it("keeps a pipeline's options apart from the rest", () => {
    const settings = asSettings(schema.parse({ "router-windows": { windowS: 30 } }), pipelines);
    expect(settings.pipelines["router-windows"]).toMatchObject({ windowS: 30, latenessS: 10 });
    expect(settings).not.toHaveProperty("router-windows");
  });

  it.for(["a b", "a.b", "a/b", "ä"])("refuses %j as a namespace, which is part of a topic's and a database's name", (namespace) => {
    expect(schema.safeParse({ namespace }).success).toBe(false);
  });
});

describe("a name under a namespace", () => {
  it("has it in front, with a dot", () => expect(underNamespace("staging")("moe.router")).toBe("staging.moe.router"));
  it("is itself where there is none", () => expect(underNamespace("")("moe.router")).toBe("moe.router"));
  it("is the group's own too where it lies between the parts of a pipeline", () => {
    const named = topicNames({ namespace: "staging", group: "trial" });
    expect(named("moe.router")).toBe("staging.moe.router");
    expect(named("gatewatch.internal.load.partials")).toBe("staging.trial.internal.load.partials");
  });
});
