import type { NameValue, RequestEvent } from "../../../schemas/types/avro.ts";
import { bodyUnits } from "./body-units.ts";
import { BoundedUnits } from "./bounded-units.ts";
import { addPairs } from "./pairs.ts";
import { type PlaceKind, type Unit, unit } from "./unit.ts";

/** Headers whose values browsers make up of brackets, stars and semicolons, or which carry nothing that a program would run. */
const leftOutHeaders = new Set([
  ...["host", "connection", "content-length", "content-type", "cache-control", "pragma", "dnt", "te", "upgrade-insecure-requests"],
  ...["accept", "accept-encoding", "accept-language", "accept-charset", "if-none-match", "if-modified-since", "etag", "priority", "origin"],
  ...["authorization", "proxy-authorization", "x-api-key", "traceparent", "tracestate", "date", "expect", "transfer-encoding"],
]);
const telling = /[<>{}$`]|\.\.[\\/]|[\r\n]/;
const longHeader = 300;
const longName = 16;

/** Every string of a request that is worth looking at, each with its place; path, headers and body each have bounds of their own. */
export function requestUnits(event: RequestEvent): Unit[] {
  const units: Unit[] = [];
  const { path, userAgent, headers, body, prompt } = event;
  if (path !== null) units.push(...pathUnits(path, "path", "query", "query name"));
  if (userAgent !== null && userAgent !== "") units.push(unit("user agent", "", userAgent));
  if (headers !== null) units.push(...headersUnits(headers, userAgent));
  if (body !== null && body !== "") units.push(...bodyUnits(body, headerValue(headers, "content-type"), event.bodyTruncated));
  if (prompt === null || prompt === "") return units;
  // The prompt that a gateway has taken out of the body is the whole of what was written.
  return [...units.filter(({ kind }) => kind !== "prompt"), unit("prompt", "", prompt)];
}

/** By name in any case; empty where it is not there. */
export const headerValue = (headers: readonly NameValue[] | null, name: string): string =>
  headers?.find((header) => header.name.toLowerCase() === name)?.value ?? "";

function pathUnits(text: string, kind: PlaceKind, valueKind: PlaceKind, nameKind: PlaceKind): readonly Unit[] {
  const units = new BoundedUnits();
  const query = text.indexOf("?");
  units.add(kind, "", query < 0 ? text : text.slice(0, query), true);
  if (query >= 0) addPairs(units, text.slice(query + 1), "&", valueKind, nameKind);
  return units.all();
}

/** Cookies are one list, over however many headers they are spread: RFC 9113, section 8.2.3. */
function headersUnits(headers: readonly NameValue[], userAgent: string | null): Unit[] {
  const units = new BoundedUnits();
  const cookies = new BoundedUnits();
  let referer: readonly Unit[] = [];
  for (const { name, value } of headers) {
    const lower = name.toLowerCase();
    // Tools leave their mark in long names of their own; most names are short and plain.
    if (!/^[!#$%&'*+.^`|~\w-]{1,100}$/.test(name) || (name.length >= longName && !leftOutHeaders.has(lower))) {
      units.add("header", "(its name)", name);
    }
    if (lower === "user-agent") {
      if (value !== userAgent) units.add("user agent", "", value);
    } else if (lower === "cookie") {
      addPairs(cookies, value, ";", "cookie", "cookie");
    } else if (lower === "referer" && referer.length === 0) {
      referer = pathUnits(value.replace(/^https?:\/\/[^/?#]{0,253}/i, ""), "referer", "referer", "referer");
    } else if (!(leftOutHeaders.has(lower) || lower.startsWith("sec-")) || telling.test(value) || value.length > longHeader) {
      units.add("header", lower, value);
    }
  }
  return [...units.all(), ...cookies.all(), ...referer];
}
