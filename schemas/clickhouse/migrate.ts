import type { Column } from "./column.ts";
import { addColumn, commentColumn, createTable, growColumn } from "./statements.ts";
import type { Table } from "./table.ts";
import { growsInto, typeTree } from "./type-tree.ts";

/** What leads from a table as it was found to a table as it should be, or why nothing does. */
export type Migration = { readonly statements: readonly string[] } | { readonly conflict: string };

/**
 * Forward only: tables and columns are made, types grow, comments follow. What the table has beyond that belongs to a newer
 * release or to somebody else and stays. `found` is undefined where there is no such table yet.
 */
export function migrate(database: string, table: Table, found: readonly Column[] | undefined): Migration {
  if (found === undefined) return { statements: [createTable(database, table)] };
  const statements: string[] = [];
  for (const column of table.columns) {
    const there = found.find(({ name }) => name === column.name);
    if (there === undefined) {
      statements.push(addColumn(database, table.name, column));
      continue;
    }
    const [from, to] = [typeTree(there.type), typeTree(column.type)];
    if (there.type !== column.type && growsInto(from, to)) statements.push(growColumn(database, table.name, column));
    else if (there.type !== column.type && !growsInto(to, from)) {
      return { conflict: `${table.name}.${column.name} is ${there.type} and cannot become ${column.type}` };
    } else if (there.comment !== column.comment) statements.push(commentColumn(database, table.name, column));
  }
  return { statements };
}
