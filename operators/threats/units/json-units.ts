import { BoundedUnits } from "./bounded-units.ts";
import { isOdd } from "./pairs.ts";
import type { Unit } from "./unit.ts";

const deepest = 12;

/** Fields in which interfaces of models carry what a person wrote. */
const written = new Set(["messages", "prompt", "input", "inputs", "text", "system", "instructions", "contents", "system_instruction"]);

/** As what a string is inspected: as an attack on HTTP, as something written to a model, or, where it may be either, as both. */
type Reading = "body" | "prompt" | "both";

/**
 * Units of a JSON body: every text in it, and every key that is odd. Undefined where it is no JSON, or nested
 * deeper than twelve levels. Of a body that is a chat request, what was written to the model comes as prompt units; of one that may
 * be a request to a model, as units of both kinds. A list at the top is a list of requests.
 */
export function jsonUnits(body: string): readonly Unit[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const units = new BoundedUnits();
  const requests = Array.isArray(value) ? value : [value];
  return requests.every((request) => walkRequest(request, units)) ? units.all() : undefined;
}

/** Whether a cut body, which no parser takes, begins like a chat request. */
export const beginsLikeChat = (body: string): boolean => /^\s{0,20}[[{][\s\S]{0,2000}?"(?:messages|prompt|input|contents)"\s?:/.test(body);

const isChat = (value: object): boolean =>
  Array.isArray((value as { messages?: unknown }).messages) ||
  Array.isArray((value as { contents?: unknown }).contents) ||
  ("model" in value && ("prompt" in value || "input" in value));

/** False where it is nested too deep. */
function walkRequest(value: unknown, units: BoundedUnits): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return walk(value, "", 1, "body", units);
  const readWritten = isChat(value) ? "prompt" : "both";
  return Object.entries(value).every(([key, inner]) => walkField(key, inner, key, 1, written.has(key) ? readWritten : "body", units));
}

function walk(value: unknown, name: string, depth: number, as: Reading, units: BoundedUnits): boolean {
  if (typeof value === "string") {
    if (as !== "prompt") units.add("body", name, value);
    if (as !== "body") units.add("prompt", name, value);
  } else if (typeof value === "object" && value !== null) {
    if (depth === deepest) return false;
    for (const [key, inner] of Object.entries(value)) {
      const path = Array.isArray(value) ? name : name === "" ? key : `${name}.${key}`;
      if (!walkField(key, inner, path, depth + 1, as, units)) return false;
    }
  }
  return true;
}

function walkField(key: string, value: unknown, path: string, depth: number, as: Reading, units: BoundedUnits): boolean {
  if (isOdd(key)) units.add("body name", key, key);
  return walk(value, path, depth, as, units);
}
