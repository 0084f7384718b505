import type { Io } from "./io.ts";

/** A row by the names of its columns: those of the first rows, in the order they turn up. */
export type Row = Readonly<Record<string, unknown>>;

/** Widths are taken from so many rows; what comes later and is wider sticks out. */
const measured = 200;
const widest = 80;

/** Rows as a table for people, or one JSON object a line. Streams: no more than the first rows are held. */
export async function printRows(rows: AsyncIterable<Row> | Iterable<Row>, json: boolean, io: Io): Promise<number> {
  let count = 0;
  let held: Row[] | undefined = [];
  let columns: Column[] = [];
  const printHeld = () => {
    columns = columnsOf(held ?? []);
    if (columns.length > 0) io.out(aligned(columns, (column) => column.name));
    for (const row of held ?? []) io.out(aligned(columns, (column) => cell(row[column.name])));
    held = undefined;
  };
  for await (const row of rows) {
    count += 1;
    if (json) io.out(JSON.stringify(row, asDigits));
    else if (held === undefined) io.out(aligned(columns, (column) => cell(row[column.name])));
    else held.push(row);
    if (held?.length === measured) printHeld();
    await io.room();
  }
  if (!json && held !== undefined) printHeld();
  return count;
}

interface Column {
  readonly name: string;
  readonly width: number;
  readonly right: boolean;
}

/** Numbers to the right. A column that only later rows have is not shown. */
function columnsOf(rows: readonly Row[]): Column[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return names.map((name) => ({
    name,
    width: Math.min(widest, Math.max(name.length, ...rows.map((row) => cell(row[name]).length))),
    right:
      rows.every((row) => row[name] === null || row[name] === undefined || isNumber(row[name])) && rows.some((row) => isNumber(row[name])),
  }));
}

const isNumber = (value: unknown): boolean => typeof value === "number" || typeof value === "bigint";

/** All digits of a whole number that a double cannot hold; TypeScript's library does not know `rawJSON` yet. */
const asDigits = (_: string, value: unknown): unknown => (typeof value === "bigint" ? rawJson(String(value)) : value);
const rawJson = (JSON as unknown as { rawJSON(text: string): object }).rawJSON;

const aligned = (columns: readonly Column[], text: (column: Column) => string): string =>
  columns
    .map((column) => (column.right ? text(column).padStart(column.width) : text(column).padEnd(column.width)))
    .join("  ")
    .trimEnd();

// Line feeds and escapes of data must not reach the terminal.
const control = /\p{Cc}/gu;

function cell(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = typeof value === "string" ? value : JSON.stringify(value, asDigits);
  return text.replaceAll(control, " ");
}
