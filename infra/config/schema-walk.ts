import { z } from "zod";

/** What stands behind a schema's defaults, optionals and transforms. */
export interface Unwrapped {
  readonly inner: z.ZodType;
  readonly fallback: unknown;
  readonly required: boolean;
}

/** Takes wrappers off until a schema of its own is left; the outermost default counts. */
export function unwrapped(schema: z.ZodType): Unwrapped {
  let inner = schema;
  let fallback: unknown;
  let required = true;
  for (;;) {
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      fallback ??= inner.def.defaultValue;
      required = false;
      inner = inner.def.innerType as z.ZodType;
    } else if (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) {
      required = false;
      inner = inner.def.innerType as z.ZodType;
    } else if (inner instanceof z.ZodPipe) {
      inner = inner.def.in as z.ZodType;
    } else {
      return { inner, fallback, required };
    }
  }
}

/** One key of a nested schema that holds a value rather than more keys. */
export interface Leaf {
  readonly key: string;
  readonly schema: z.ZodType;
}

/** Every key that can be set, in the order declared. */
export function leavesOf(schema: z.ZodObject, prefix = ""): Leaf[] {
  return Object.entries(schema.shape).flatMap(([name, child]) => {
    const { inner } = unwrapped(child as z.ZodType);
    const key = prefix === "" ? name : `${prefix}.${name}`;
    return inner instanceof z.ZodObject ? leavesOf(inner, key) : [{ key, schema: child as z.ZodType }];
  });
}

/** A text from a command line or the environment as the value its key holds; what does not convert is left for the schema to refuse. */
export function fromText(text: string, schema: z.ZodType): unknown {
  const { inner } = unwrapped(schema);
  if (inner instanceof z.ZodNumber) return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
  if (inner instanceof z.ZodBoolean) return text === "true" ? true : text === "false" ? false : text;
  if (inner instanceof z.ZodArray) return partsOf(text).map((part) => fromText(part, inner.def.element as z.ZodType));
  return text;
}

/** A list by commas, or in JSON where a part holds one. An address such as `[::1]:9092` is neither a list nor JSON. */
function partsOf(text: string): string[] {
  if (text.trimStart().startsWith("[")) {
    try {
      const parts: unknown = JSON.parse(text);
      if (Array.isArray(parts)) return parts.map(String);
    } catch {
      // By commas then.
    }
  }
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
