import { describe, expect, it } from "vitest";
import { type Field, shapeOf } from "./shape.ts";

const shapeOfField = (type: unknown): Field["shape"] | undefined =>
  shapeOf({ type: "record", name: "a.R", fields: [{ name: "f", type }] }).fields[0]?.shape;

describe("the shape of a schema", () => {
  it.for([
    ["long", { kind: "long" }],
    [{ type: "long", logicalType: "timestamp-micros" }, { kind: "time" }],
    [["null", "double"], { kind: "optional", of: { kind: "double" } }],
    [
      { type: "array", items: "int" },
      { kind: "list", items: { kind: "int" } },
    ],
    [
      { type: "enum", name: "a.E", symbols: ["X"] },
      { kind: "enum", name: "E", symbols: ["X"] },
    ],
  ] as const)("of %j", ([type, shape]) => expect(shapeOfField(type)).toMatchObject(shape));

  it("of an array of names and values is pairs", () => {
    const items = {
      type: "record",
      name: "NameValue",
      fields: [
        { name: "name", type: "string" },
        { name: "value", type: "string" },
      ],
    };
    expect(shapeOfField({ type: "array", items })).toMatchObject({ kind: "pairs" });
  });

  it("finds a type again by its name, with or without namespace", () => {
    const fields = [
      { name: "one", type: { type: "enum", name: "E", symbols: ["X"] } },
      { name: "two", type: "E" },
      { name: "three", type: "a.E" },
    ];
    const kinds = shapeOf({ type: "record", name: "R", namespace: "a", fields }).fields.map(({ shape }) => shape);
    expect(kinds[1]).toBe(kinds[0]);
    expect(kinds[2]).toBe(kinds[0]);
  });

  it.for([["bytes"], [["double", "null"]], [["null", "int", "string"]], [{ type: "map", values: "string" }], ["Nobody"], [7]])(
    "is refused for %j",
    ([type]) => {
      expect(() => shapeOfField(type)).toThrow(/^f: /);
    },
  );

  it("is refused for what is no record", () => expect(() => shapeOf({ type: "enum", name: "E", symbols: ["X"] })).toThrow(TypeError));
});
