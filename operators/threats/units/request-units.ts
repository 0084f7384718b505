import type { NameValue, RequestEvent } from "../../../schemas/types/avro.ts";
import { bodyUnits } from "./body-units.ts";
import { pairUnits } from "./pairs.ts";
import { type Unit, unit } from "./unit.ts";

/** More strings than any real request has. */
const mostUnits = 768;

/** Headers whose values browsers make up of brackets, stars and semicolons, or which carry nothing that a program would run. */
const leftOutHeaders = new Set([
  ...["host", "connection", "content-length", "content-type", "cache-control", "pragma", "dnt", "te", "upgrade-insecure-requests"],
  ...["accept", "accept-encoding", "accept-language", "accept-charset", "if-none-match", "if-modified-since", "etag", "priority", "origin"],
  ...["authorization", "proxy-authorization", "x-api-key", "traceparent", "tracestate", "date", "expect", "transfer-encoding"],
]);
const telling = /[<>{}$`]|\.\.[\\/]|[\r\n]/;
const longHeader = 300;
const longName = 16;

/** Every string of a request that is worth looking at, each with its place, in the order of the request. At most 768. */
export function requestUnits(event: RequestEvent): Unit[] {
  const units: Unit[] = [];
  const { path, userAgent, headers, body, prompt } = event;
  if (path !== null) units.push(...pathUnits(path));
  if (userAgent !== null && userAgent !== "") units.push(unit("user agent", "", userAgent));
  for (const header of headers ?? []) {
    if (units.length > mostUnits) break;
    units.push(...headerUnits(header, userAgent));
  }
  if (body !== null && body !== "") units.push(...bodyUnits(body, headerValue(headers, "content-type"), event.bodyTruncated));
  if (prompt !== null && prompt !== "") {
    // The prompt that a gateway has taken out of the body is the whole of what was written.
    return [...units.filter(({ kind }) => kind !== "prompt"), unit("prompt", "", prompt)].slice(-mostUnits);
  }
  return units.slice(0, mostUnits);
}

/** By name in any case; empty where it is not there. */
export const headerValue = (headers: readonly NameValue[] | null, name: string): string =>
  headers?.find((header) => header.name.toLowerCase() === name)?.value ?? "";

function* pathUnits(path: string): Generator<Unit> {
  const query = path.indexOf("?");
  yield unit("path", "", query < 0 ? path : path.slice(0, query), true);
  if (query >= 0) yield* pairUnits(path.slice(query + 1), "&", "query", "query name");
}

function* headerUnits({ name, value }: NameValue, userAgent: string | null): Generator<Unit> {
  const lower = name.toLowerCase();
  // Tools leave their mark in long names of their own; most names are short and plain.
  if (!/^[!#$%&'*+.^`|~\w-]{1,100}$/.test(name) || (name.length >= longName && !leftOutHeaders.has(lower))) {
    yield unit("header", "(its name)", name);
  }
  if (lower === "user-agent") {
    if (value !== userAgent) yield unit("user agent", "", value);
  } else if (lower === "cookie") {
    yield* pairUnits(value, ";", "cookie", "cookie");
  } else if (lower === "referer") {
    const path = value.replace(/^https?:\/\/[^/?#]{0,253}/i, "");
    const query = path.indexOf("?");
    yield unit("referer", "", query < 0 ? path : path.slice(0, query), true);
    if (query >= 0) yield* pairUnits(path.slice(query + 1), "&", "referer", "referer");
  } else if (!(leftOutHeaders.has(lower) || lower.startsWith("sec-")) || telling.test(value) || value.length > longHeader) {
    yield unit("header", lower, value);
  }
}
