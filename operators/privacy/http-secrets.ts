import type { NameValue } from "../../schemas/types/avro.ts";
import { maskPersonalData } from "./mask.ts";
import { maskPath } from "./masked-path.ts";
import { maskSecret, maskValue, secretMask } from "./masked-value.ts";
import { isSecretName } from "./secret-names.ts";

/** Headers in which proxies write whom they speak for. */
const addressHeader = /^(?:x-(?:original-)?)?forwarded(?:-for)?$|(?:^|[-_])(?:client|socket|user)?-?(?:ip|ipv[46]|addr|address)$/i;
/** Headers in which proxies write who logged in; programs name themselves in others. */
const userHeader = /(?:^|[-_])(?:user|user-?(?:id|name)|preferred-username|e-?mail|login|principal|subject|upn)$/i;

/** What becomes of addresses and of users in headers. */
export interface HeaderPolicy {
  readonly address: (text: string) => string;
  readonly user: (text: string) => string;
  /** Whether parameters that carry prompts are kept. */
  readonly prompts: boolean;
}

/** Headers with their secrets masked; their names stay. */
export const maskHeaders = (headers: readonly NameValue[], policy: HeaderPolicy): NameValue[] =>
  headers.map(({ name, value }) => ({ name, value: maskHeader(name.trim(), value, policy) }));

function maskHeader(name: string, value: string, policy: HeaderPolicy): string {
  if (/^cookie$/i.test(name)) return value.split(";").map(maskCookie).join(";");
  if (/^user-agent$/i.test(name)) return maskAgent(value, policy.address);
  if (addressHeader.test(name)) return policy.address(maskPersonalData(value, { addresses: false }));
  if (isSecretName(name)) return maskAuthorization(value);
  if (userHeader.test(name)) return policy.user(maskValue(value, "header"));
  return /^\s{0,9}(?:[a-z][a-z0-9+.-]{1,20}:\/)?\//i.test(value) ? maskPath(value, policy) : maskValue(value, "header");
}

/** What kind of secret it was stays. */
function maskAuthorization(value: string): string {
  const scheme = /^(?:bearer|basic|digest|negotiate|apikey|token)\s/i.exec(value)?.[0] ?? "";
  const masked = maskSecret(value, "header");
  return masked === secretMask ? `${scheme}${masked}` : masked;
}

/** Version numbers of four parts look like addresses, so those are not masked; `address` tells them apart. */
export const maskAgent = (agent: string, address: (text: string) => string): string =>
  address(maskPersonalData(agent, { addresses: false }));

/** Names stay, values go: which cookies a request had is no secret. */
function maskCookie(cookie: string): string {
  const equals = cookie.indexOf("=");
  if (equals < 0) return cookie.trim() === "" ? cookie : secretMask;
  return `${cookie.slice(0, equals)}=${maskSecret(cookie.slice(equals + 1), "cookie")}`;
}
