import { z } from "zod";
import { unwrapped } from "../../infra/config/schema-walk.ts";

/** One option of a command as it is typed and as help shows it. */
export interface Flag {
  readonly key: string;
  /** `--data-dir`; `--no-simulate` for a boolean that is true by default. */
  readonly name: string;
  readonly kind: "switch" | "value" | "list";
  readonly required: boolean;
  /** Without what can be seen from the schema. */
  readonly summary: string;
  readonly choices: readonly string[];
  /** As text; undefined where there is none. */
  readonly fallback: string | undefined;
}

/** `dataDir` is typed `--data-dir`. */
export const flagName = (key: string): string => `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** In the order declared. The schema is the only source: parser, help and reference cannot disagree. */
export function flagsOf(options: z.ZodObject): Flag[] {
  return Object.entries(options.shape).map(([key, schema]) => flagOf(key, schema as z.ZodType));
}

function flagOf(key: string, schema: z.ZodType): Flag {
  const { inner, fallback, required } = unwrapped(schema);
  const kind = inner instanceof z.ZodBoolean ? "switch" : inner instanceof z.ZodArray ? "list" : "value";
  const on = kind === "switch" && fallback === true;
  return {
    key,
    name: on ? flagName(key).replace("--", "--no-") : flagName(key),
    kind,
    required,
    summary: schema.description ?? inner.description ?? "",
    choices: inner instanceof z.ZodEnum ? inner.options.map(String) : [],
    fallback:
      kind === "switch" || fallback === undefined || (Array.isArray(fallback) && fallback.length === 0) ? undefined : String(fallback),
  };
}
