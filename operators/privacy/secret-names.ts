import { decodePercent } from "../threats/decoding/percent.ts";

/** Parts of a name, in it anywhere, that make what it names a secret. */
const anywhere =
  /pass(?:word|wd|phrase|code|wort|key)|pswd|secret|credential|api-?key|(?:access|private|secret|subscription|auth|account|master|encryption|shared)-?key|signature|code-?verifier|(?:token|sess(?:ion)?-?id|authenticity|assertion|saml-?(?:response|request))(?:-|$)/;
/** Words that do so in text as in parameters. */
const words = new Set([
  ...["pass", "pwd", "pw", "auth", "authn", "authz", "authorization", "authentication", "oauth", "bearer", "jwt", "hmac", "sig"],
  ...["session", "sess", "sid", "otp", "totp", "mfa", "pin", "cvv", "cvc", "csrf", "xsrf"],
]);
/** Words that do so at the end of a parameter's name; in a text they are words like others. */
const lastWords = new Set(["key", "code", "cookie", "cookies", "ticket", "tokens", "nonce"]);
const counted = /^(?:max|min|num|total|remaining|limit|used|input|output|prompt|completion)$/;
/** No name is longer that a person gave. */
const longest = 128;
/** Most names end here: without one of these letters no rule below holds. */
const hint = /pass|ps?wd|pw|secr|tok|key|auth|ses|sid|jwt|hmac|sig|otp|pin|cv[vc]|cred|code|cook|tick|bear|[cx]srf|mfa|saml|asser|nonce|%/i;

/**
 * Whether what a parameter, field, header or path segment of that name holds is a secret whatever it looks like. Words are told
 * apart by marks and capitals: `accessToken`, `user[password]`, `X-Auth-Key`; `max_tokens` and `author` are none. `inText` leaves
 * out words that are names of secrets only where nothing but names can stand.
 */
export function isSecretName(name: string, { inText = false }: { readonly inText?: boolean } = {}): boolean {
  if (!hint.test(name)) return false;
  const parts = decodePercent(decodePercent(name.slice(-longest)))
    .replaceAll(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$3-$2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((part) => part !== "");
  if (anywhere.test(parts.join("-")) || parts.some((part) => words.has(part))) return true;
  const last = parts.at(-1) ?? "";
  return !inText && lastWords.has(last) && !(last === "tokens" && parts.some((part) => counted.test(part)));
}
