import { isAttack } from "./attack.ts";
import { maskPersonalData } from "./mask.ts";
import { maskPair } from "./masked-pairs.ts";
import { decodedFully, maskSecret, maskValue } from "./masked-value.ts";
import { isSecretName } from "./secret-names.ts";

/** Segments after which links carry a secret of one use. */
const beforeSecret =
  /^(?:reset|recover|recovery|restore|verify|verification|validate|confirm|confirmation|activate|activation|invite|invites|invitation|invitations|unsubscribe|magic|magic-?links?|login-?links?|one-?time|webhooks?|hooks|share|shared|unlock|redeem|capabilit(?:y|ies))$/;
/** So many segments behind them one is looked for. */
const nearby = 3;

/**
 * A path or an address: personal data masked in it, secrets by what stands before them in the path, and in its query the values of
 * parameters that are secrets by name; with `prompts: false` also of those that carry prompts. Attacks stay readable.
 */
export function maskPath(path: string, { prompts = true }: { readonly prompts?: boolean } = {}): string {
  const query = path.indexOf("?");
  if (query < 0) return maskSegments(path);
  const pairs = path.slice(query + 1).split("&");
  return `${maskSegments(path.slice(0, query))}?${pairs.map((pair) => maskPair(pair, { prompts })).join("&")}`;
}

/** Segment by segment, but for names and passwords before a host, which reach over slashes. */
function maskSegments(path: string): string {
  const attack = () => isAttack(path, "path");
  const segments = maskPersonalData(path, { addresses: false }).split("/");
  const names = segments.map((segment) => (/^[\w%-]{1,60}$/.test(segment) ? decodedFully(segment).toLowerCase() : ""));
  const isBefore = (name: string) => beforeSecret.test(name.replaceAll("_", "-")) || isSecretName(name.replace(/s$/, ""));
  return segments
    .map((segment, i) => {
      const [value = "", ...parameters] = segment.split(";");
      const isSecret = looksIssued(value) && names.slice(Math.max(0, i - nearby), i).some(isBefore);
      const masked = isSecret ? maskSecret(value, "path") : maskValue(value, "path", { attack });
      return [masked, ...parameters.map((parameter) => maskPair(parameter))].join(";");
    })
    .join("/");
}

/** Handed out by a machine: eight characters or more with a digit, or many. Words of a path are neither. */
const looksIssued = (text: string): boolean => /^(?=[^\d]*\d)[\w.~=+%:-]{8,}$|^[\w.~=+%:-]{24,}$/.test(text);
