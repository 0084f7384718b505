import { z } from "zod";
import { type Leaf, unwrapped } from "../../infra/config/schema-walk.ts";

/** A Markdown table; a bar or an angle bracket in a cell stays text. */
export function table(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("<", "&lt;")).join(" | ")} |\n`;
  return line(heads) + line(heads.map(() => "---")) + lines.map(line).join("");
}

/** A description as it stands in code, as a sentence of a page. */
export const sentence = (text: string): string =>
  text === "" ? "" : `${text[0]?.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

/** Key, type, default and meaning of one key of the configuration. */
export const keyRow = ({ key, schema }: Leaf): [string, string, string, string] => [
  `\`${key}\``,
  typeOf(schema),
  fallbackOf(schema),
  sentence(schema.description ?? ""),
];

function typeOf(schema: z.ZodType): string {
  const { inner } = unwrapped(schema);
  if (inner instanceof z.ZodEnum) return inner.options.join(", ");
  if (inner instanceof z.ZodArray) return `list of ${typeOf(inner.def.element as z.ZodType)}`;
  if (inner instanceof z.ZodBoolean) return "true, false";
  if (inner instanceof z.ZodNumber) return inner.isInt ? "whole number" : "number";
  return "text";
}

function fallbackOf(schema: z.ZodType): string {
  const { fallback, required } = unwrapped(schema);
  if (fallback === undefined) return required ? "required" : "none";
  return fallback === "" || (Array.isArray(fallback) && fallback.length === 0) ? "none" : `\`${String(fallback)}\``;
}
