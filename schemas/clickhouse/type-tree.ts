/** A ClickHouse type, taken apart: `Array(Tuple(a String))` is Array of one part, a Tuple whose one part is named `a`. */
export interface TypeTree {
  readonly name: string;
  readonly parts: readonly { readonly field: string | undefined; readonly type: TypeTree }[];
  /** What is in brackets and is no type, such as the precision of a time. */
  readonly text: string;
}

/** Types that hold types; all others are compared by their text. */
const nesting = new Set(["Tuple", "Array", "Nullable", "LowCardinality", "Map"]);

/** For the types that our tables have; what stands in the brackets of any other is kept as text and compared as text. */
export function typeTree(text: string): TypeTree {
  const open = text.indexOf("(");
  const name = (open < 0 ? text : text.slice(0, open)).trim();
  const inside = open < 0 ? "" : text.slice(open + 1, text.lastIndexOf(")"));
  if (!nesting.has(name)) return { name, parts: [], text: inside };
  const parts = split(inside).map((part) => {
    const named = name === "Tuple" ? /^(`(?:[^`]|``)*`|\w+) +(.+)$/s.exec(part) : null;
    return named === null ? { field: undefined, type: typeTree(part) } : { field: named[1], type: typeTree(named[2] ?? "") };
  });
  return { name, parts, text: "" };
}

/** At the commas that stand in no bracket. */
function split(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < list.length; i += 1) {
    const char = list[i];
    if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    else if (char === "," && depth === 0) {
      parts.push(list.slice(from, i).trim());
      from = i + 1;
    }
  }
  const rest = list.slice(from).trim();
  return rest === "" ? parts : [...parts, rest];
}

/** What may take the place of what, losing nothing. */
const wider: Readonly<Record<string, readonly string[]>> = { Int32: ["Int64", "Float64"], Int64: ["Float64"], Float32: ["Float64"] };

/**
 * Whether a column of type `from` may become `to` and keep all it holds: the same, wider, with more named parts, or allowed to
 * be NULL. A table of a newer release does not grow back into an older one's.
 */
export function growsInto(from: TypeTree, to: TypeTree): boolean {
  if (to.name === "Nullable" && from.name !== "Nullable") return growsInto(from, to.parts[0]?.type ?? to);
  if (to.name === "LowCardinality" && from.name !== "LowCardinality") return growsInto(from, to.parts[0]?.type ?? to);
  if (from.name !== to.name) return wider[from.name]?.includes(to.name) ?? false;
  if (from.name !== "Tuple") {
    return (
      from.text === to.text && from.parts.every(({ type }, i) => growsInto(type, to.parts[i]?.type ?? { name: "", parts: [], text: "" }))
    );
  }
  return from.parts.every(({ field, type }) => {
    const same = to.parts.find((part) => part.field === field);
    return same !== undefined && growsInto(type, same.type);
  });
}
