import { family } from "./signature.ts";

const where = ["query", "body", "header", "cookie", "path"] as const;

/** Making the server ask someone else: cloud metadata, inner addresses, odd schemes, catchers of out-of-band calls. CWE-918. */
export const serverRequest = family("ssrf", "data exfiltration", [
  [
    "metadata",
    "certain",
    /\b169\.254\.169\.254\b|\bmetadata\.(?:google|azure|tencentyun|packet)|\b100\.100\.100\.200\b|\blatest\/(?:meta-data|user-data|dynamic)\b|\[?fd00:ec2::254|\b0xa9fea9fe\b|\b2852039166\b/,
    where,
  ],
  [
    "inner-address",
    "strong",
    /\b(?:https?|ftp|wss?):\/{1,3}(?:[^\s/@]{0,60}@)?(?:localhost\b|127\.|0\.0\.0\.0|0[:/]|10\.\d{1,3}\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|\[::|\[fe80|\[fc|\[fd|0x[0-9a-f]{2}|0[0-7]{3}|\d{8,10}(?:[:/?#]|$))/,
    where,
  ],
  ["scheme", "certain", /(?:^|[\s"'=(:,])(?:gopher|dict|ldaps?|tftp|sftp|rmi|netdoc|smb|redis|mongodb|jar)\s?:\/\//, where],
  ["rebinding", "strong", /\.(?:nip|xip|sslip)\.io\b|\blocaltest\.me\b|\b1u\.ms\b|\brbndr\.us\b/],
  [
    "catcher",
    "certain",
    /\b(?:burpcollaborator\.net|oastify\.com|interact(?:sh)?\.(?:sh|com)|oast\.(?:pro|live|site|online|fun|me)|dnslog\.(?:cn|link)|ceye\.io|requestbin\.|webhook\.site|canarytokens\.|bxss\.me|xss\.ht|pipedream\.net)/,
  ],
]);
