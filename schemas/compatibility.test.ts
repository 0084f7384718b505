import { describe, expect, it } from "vitest";
import { checkCompatible } from "./compatibility.ts";
import { avroFile } from "./shapes/avro-file.ts";

interface FieldSchema {
  name: string;
  type: unknown;
  default?: unknown;
}
interface RecordSchema {
  fields: FieldSchema[];
}

/** The router's schema with one change. */
function changed(change: (fields: FieldSchema[], field: (name: string) => FieldSchema) => void): object {
  const schema = avroFile("moe.router") as RecordSchema;
  const find = (name: string): FieldSchema => {
    const field = schema.fields.find((one) => one.name === name);
    if (field === undefined) throw new Error(name);
    return field;
  };
  change(schema.fields, find);
  return schema;
}
const verdict = (next: object) => checkCompatible(avroFile("moe.router"), next).map(({ path, message }) => `${path} ${message}`);

describe("a change that readers can live with", () => {
  it.for<[string, Parameters<typeof changed>[0]]>([
    ["none", () => {}],
    ["a new field with a default", (fields) => fields.push({ name: "note", type: "string", default: "" })],
    ["int to long", (_, field) => (field("layer").type = "long")],
    ["long to double", (_, field) => (field("tokens").type = "double")],
    ["nullable now", (_, field) => (field("tokens").type = ["null", "long"])],
    ["one more symbol", (_, field) => (field("phase").type as { symbols: string[] }).symbols.push("EMBED")],
    ["another order", (fields) => fields.reverse()],
  ])("%s", ([, change]) => expect(verdict(changed(change))).toEqual([]));
});

describe("a change that is refused", () => {
  it.for<[string, string, Parameters<typeof changed>[0]]>([
    [
      "a new field without default",
      "note is new and has no default; give it one",
      (fields) => fields.push({ name: "note", type: "string" }),
    ],
    ["another type", "layer was int and is now string", (_, field) => (field("layer").type = "string")],
    ["long to int", "tokens was long and is now int", (_, field) => (field("tokens").type = "int")],
    ["no longer nullable", "zLoss was nullable and is now double", (_, field) => (field("zLoss").type = "double")],
    ["a number where a time was", "windowStart was time and is now long", (_, field) => (field("windowStart").type = "long")],
    ["a lost symbol", "phase no longer knows MIXED", (_, field) => (field("phase").type as { symbols: string[] }).symbols.pop()],
    [
      "a lost field",
      "numGroups is gone; keep it, or add the new name beside it",
      (fields) =>
        fields.splice(
          fields.findIndex(({ name }) => name === "numGroups"),
          1,
        ),
    ],
    [
      "within a nested record",
      "topPairs[].n was long and is now string",
      (_, field) => ((field("topPairs").type as { items: RecordSchema }).items.fields[2] = { name: "n", type: "string" }),
    ],
  ])("%s", ([, message, change]) => expect(verdict(changed(change))).toEqual([message]));

  it("renamed, also where the new name has a default and Avro alone would let it pass", () => {
    const next = changed((_, field) => {
      field("numGroups").name = "groups";
    });
    expect(verdict(next)).toEqual(["numGroups is gone; keep it, or add the new name beside it"]);
  });
});
