import { isOdd } from "./pairs.ts";
import { type Unit, unit } from "./unit.ts";

const deepest = 12;
const mostNodes = 512;

/** Fields in which chat interfaces carry what a person wrote: inspected as a prompt and not as an attack on HTTP. */
const written = new Set(["messages", "prompt", "input", "system", "instructions", "contents", "system_instruction"]);

/**
 * Units of a JSON body: every text in it, and every key that is odd. Undefined where it is no JSON, or nested
 * deeper than twelve levels. Of a body that is a chat request, what was written to the model comes as prompt units. At most 512.
 */
export function jsonUnits(body: string): Unit[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const units: Unit[] = [];
  return walk(value, "", 0, isChat(value), units) ? units : undefined;
}

/** Whether a cut body, which no parser takes, begins like a chat request. */
export const beginsLikeChat = (body: string): boolean => /^\s{0,20}\{[\s\S]{0,2000}?"(?:messages|prompt|input|contents)"\s?:/.test(body);

/** Whether a body carries what a person wrote to the model; of one that cannot be parsed its beginning decides. */
export function isChatBody(body: string): boolean {
  try {
    return isChat(JSON.parse(body));
  } catch {
    return beginsLikeChat(body);
  }
}

const isChat = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (Array.isArray((value as { messages?: unknown }).messages) ||
    Array.isArray((value as { contents?: unknown }).contents) ||
    ("model" in value && ("prompt" in value || "input" in value)));

/** False where it is nested too deep. */
function walk(value: unknown, name: string, depth: number, chat: boolean, units: Unit[], prompt = false): boolean {
  if (units.length >= mostNodes) return true;
  if (typeof value === "string") {
    units.push(unit(prompt ? "prompt" : "body", name, value));
  } else if (typeof value === "object" && value !== null) {
    if (depth === deepest) return false;
    for (const [key, inner] of Object.entries(value)) {
      if (isOdd(key)) units.push(unit("body name", key, key));
      const path = Array.isArray(value) ? name : name === "" ? key : `${name}.${key}`;
      if (!walk(inner, path, depth + 1, chat, units, prompt || (chat && depth === 0 && written.has(key)))) return false;
    }
  }
  return true;
}
