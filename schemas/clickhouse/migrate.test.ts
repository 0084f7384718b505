import { describe, expect, it } from "vitest";
import type { Column } from "./column.ts";
import { migrate } from "./migrate.ts";
import type { Table } from "./table.ts";
import { growsInto, typeTree } from "./type-tree.ts";

const column = (name: string, type: string, comment = "c"): Column => ({ name, type, comment });
const table = (...columns: Column[]): Table => ({ name: "t", doc: "d", columns, orderBy: ["ts"], keepDays: null });
const statements = (wanted: Table, found: Column[] | undefined) => migrate("db", wanted, found);

describe("migrate", () => {
  const id = column("id", "String");

  it("makes a table that is not there, with its columns, comments and deduplication", () => {
    const made = statements(table(id), undefined);
    expect(made).toMatchObject({
      statements: [expect.stringMatching(/CREATE TABLE IF NOT EXISTS db\.t.*id String COMMENT 'c'.*window = 10000/s)],
    });
  });

  it("has nothing to do where all is as it should be, and follows comments", () => {
    expect(statements(table(id), [id])).toEqual({ statements: [] });
    expect(statements(table(id), [column("id", "String", "old")])).toEqual({ statements: ["ALTER TABLE db.t COMMENT COLUMN id 'c'"] });
  });

  it("adds what is missing, grows what is narrow and leaves what is wider or foreign", () => {
    const wanted = table(id, column("n", "Int64"), column("e", "Tuple(a String)"));
    expect(statements(wanted, [id, column("n", "Int32"), column("e", "Tuple(a String, b String)"), column("x", "UInt8")])).toEqual({
      statements: ["ALTER TABLE db.t MODIFY COLUMN n Int64 COMMENT 'c'"],
    });
    expect(statements(wanted, [id])).toMatchObject({
      statements: [expect.stringContaining("ADD COLUMN IF NOT EXISTS n"), expect.stringContaining("e Tuple")],
    });
  });

  it("names the column that stands in the way", () => {
    expect(statements(table(column("n", "String")), [column("n", "Int64")])).toEqual({ conflict: "t.n is Int64 and cannot become String" });
  });
});

describe("growsInto", () => {
  it.for([
    ["Int32", "Int64", true],
    ["Int64", "Int32", false],
    ["Float64", "Nullable(Float64)", true],
    ["Nullable(Float64)", "Float64", false],
    ["String", "LowCardinality(String)", true],
    ["Tuple(a String)", "Tuple(b Int8, a String)", true],
    ["Tuple(a String, b Int8)", "Tuple(a String)", false],
    ["Array(Tuple(a Int32, `b c` String))", "Array(Tuple(a Int64, `b c` String, d Int8))", true],
    ["Map(LowCardinality(String), String)", "Map(LowCardinality(String), String)", true],
    ["DateTime64(6, 'UTC')", "DateTime64(6, 'UTC')", true],
    ["DateTime64(6, 'UTC')", "DateTime64(3, 'UTC')", false],
    ["Tuple(t Nullable(DateTime64(3, 'UTC')))", "Tuple(t Nullable(DateTime64(3, 'UTC')), u String)", true],
  ] as const)("%s into %s: %s", ([from, to, grows]) => {
    expect(growsInto(typeTree(from), typeTree(to))).toBe(grows);
  });
});
