import type { NameValue } from "../../schemas/types/avro.ts";
import { scoreUnit } from "../threats/scoring.ts";
import { type PlaceKind, unit } from "../threats/units/unit.ts";
import { attackScore } from "./excerpt.ts";
import { maskPersonalData } from "./mask.ts";

/** Headers whose value is a secret whatever it looks like. */
const secretHeader =
  /^(?:proxy-)?authorization$|^x-api-key$|^api-key$|^x-goog-api-key$|^set-cookie$|(?:token|secret|password|api-?key|credential|signature)/i;
/** Headers in which proxies write whom they speak for. */
const addressHeader =
  /^(?:x-forwarded-for|x-real-ip|forwarded|true-client-ip|cf-connecting-ip|x-client-ip|x-cluster-client-ip|fastly-client-ip)$/i;
/** Parameters whose value is a secret whatever it looks like. */
const secretName =
  /^(?:.{0,60}[_.-])?(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|apikey|key|access[_-]?key|client[_-]?secret|auth|authorization|code|session(?:id)?|sid|jwt|sig|signature|otp|pin|cvv|cvc|credential)$/i;
const mask = "[secret]";

/** A path or a referer: personal data masked in it, and in its query the values of parameters that are secrets by name. */
export function maskPath(path: string): string {
  const query = path.indexOf("?");
  if (query < 0) return maskValue(path, "path");
  const pairs = path
    .slice(query + 1)
    .split("&")
    .map((pair) => {
      const equals = pair.indexOf("=");
      if (equals < 0) return maskValue(pair, "query");
      const name = pair.slice(0, equals);
      return `${maskValue(name, "query name")}=${maskNamed(name, pair.slice(equals + 1), "query")}`;
    });
  return `${maskValue(path.slice(0, query), "path")}?${pairs.join("&")}`;
}

/** Headers with their secrets masked; `address` says what becomes of addresses that proxies pass on. */
export function maskHeaders(headers: readonly NameValue[], address: (text: string) => string): NameValue[] {
  return headers.map(({ name, value }) => ({ name, value: maskHeader(name, value, address) }));
}

function maskHeader(name: string, value: string, address: (text: string) => string): string {
  if (/^cookie$/i.test(name)) return value.split(";").map(maskCookie).join(";");
  if (/^referer$/i.test(name)) return maskPath(value);
  if (addressHeader.test(name)) return address(value);
  if (secretHeader.test(name)) {
    const scheme = /^(?:bearer|basic|digest|negotiate|apikey|token)\s/i.exec(value)?.[0] ?? "";
    return isAttack(value, "header") ? maskPersonalData(value, { addresses: false }) : `${scheme}${mask}`;
  }
  return /^user-agent$/i.test(name) ? maskAgent(value) : maskValue(value, "header");
}

/** Version numbers of four parts look like addresses, so those stay. */
export const maskAgent = (agent: string): string => maskPersonalData(agent, { addresses: false });

/** Names stay, values go: which cookies a request had is no secret. */
function maskCookie(cookie: string): string {
  const equals = cookie.indexOf("=");
  if (equals < 0) return cookie.trim() === "" ? cookie : mask;
  const value = cookie.slice(equals + 1);
  return `${cookie.slice(0, equals)}=${isAttack(value, "cookie") ? maskPersonalData(value, { addresses: false }) : mask}`;
}

function maskNamed(name: string, value: string, kind: PlaceKind): string {
  return secretName.test(name) && value !== "" && !isAttack(value, kind) ? mask : maskValue(value, kind);
}

/** Percent-encoded personal data is found too; the value is written anew only where some was. An attack's own addresses stay. */
function maskValue(value: string, kind: PlaceKind): string {
  const masked = maskPersonalData(value, { addresses: false });
  const decoded = decoded1(value);
  const addresses = !isAttack(value, kind);
  const inside = maskPersonalData(decoded, { addresses });
  if (inside === decoded) return masked;
  return decoded === value ? inside : encodeURIComponent(inside.toWellFormed()).replaceAll("%5B", "[").replaceAll("%5D", "]");
}

/** As it came where it is malformed. */
function decoded1(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

const isAttack = (text: string, kind: PlaceKind): boolean => (scoreUnit(unit(kind, "", text, true))?.score ?? 0) >= attackScore;
