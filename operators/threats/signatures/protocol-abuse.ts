import { family } from "./signature.ts";

const lines = ["path", "query", "query name", "cookie", "referer", "user agent", "header"] as const;

/** What bends the protocol itself: headers smuggled into values, polluted prototypes, serialised objects. CWE-93, CWE-502, CWE-1321. */
export const protocolAbuse = family("protocol", "malicious payload", [
  [
    "header-split",
    "certain",
    /\n\s?(?:set-cookie|location|content-(?:type|length|encoding)|x-[\w-]{2,30}|host|transfer-encoding|status|refresh|link|access-control-[\w-]{3,30})\s?:|\n\s?http\/[12]|\n\n?\s?<(?:html|script)/,
    lines,
  ],
  ["request-split", "certain", /\n\s?(?:get|post|put|delete|head|options)\s[/*h]|\bhttp\/1\.[01]\n/],
  [
    "mail-header",
    "strong",
    /\n\s?(?:bcc|cc|to|from|subject|reply-to|mime-version)\s?:|\n\s?(?:rcpt\sto|mail\sfrom|data|quit|starttls|vrfy|expn|helo|ehlo)\b|\n\s?\w{1,8}\s(?:capability|select\s"?\w|fetch\s\d|noop|logout|lsub)\b/,
  ],
  ["ranges", "strong", /^\s?bytes\s?=(?:\s?\d{0,15}\s?-\s?\d{0,15}\s?,){5}/, ["header"]],
  ["php-object", "certain", /\b[oc]:\d{1,6}:"[\w\\]{1,80}":\d{1,6}:\{/],
  ["java-object", "certain", /\bro0abx|\baced0005\b|\bysoserial\b|\bh4siaaaaaaaaa\b/],
  ["dotnet-object", "certain", /\baaeaaad\/{5}|\bobjectdataprovider\b|\btypeconfuse\w{0,20}\b/],
  ["yaml-object", "certain", /!!(?:python|ruby|java|javax|org|com)[/.]/],
]);

/** Rights that nobody gave: prototypes, roles, tokens without a signature. */
export const rightsAbuse = family("rights", "privilege escalation", [
  ["prototype", "certain", /__proto__|\bconstructor\s?[.[]['"\s]{0,3}prototype|\bconstructor\b['"]?\s?:\s?\{\s?['"]?prototype/],
]);

/** Tokens whose header says that nobody signed them. RFC 8725, section 3.1. */
export const tokenAbuse = family("token", "authentication bypass", [["unsigned", "certain", /"alg"\s?:\s?"none"/]]);
