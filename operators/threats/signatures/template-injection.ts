import { family } from "./signature.ts";

const evaluated = ["query", "query name", "body", "body name", "header", "cookie", "path", "user agent", "referer"] as const;

/** Expressions that a template engine or a lookup would evaluate, directory filters and XML entities. */
export const templateInjection = family("template", "injection", [
  ["arithmetic", "certain", /(?:\{\{|\$\{|#\{|\*\{|@\(|<%=?|\{%|\[\[|\$\{\{|~\{)\s?['"(]?\d{1,12}['"]?\s?[*+/-]\s?['"]?\d{1,12}/],
  [
    "object",
    "certain",
    /\{\{[^}]{0,60}(?:config|self\.|request\b|class\b|mro\b|globals|subclasses|lipsum|cycler|joiner|constructor|range\(|_self|app\.request|\|\s?(?:attr|map|filter|sort|reduce|join))/,
  ],
  [
    "expression",
    "strong",
    /(?:\$|#|\*|@|~)\{[^}]{0,100}(?:\bt\(|\bclass\b|getclass|runtime|\bnew\s|exec|system|applicationscope|sessionscope|param\.|pagecontext|\w{1,30}\.\w{1,30}\()/,
  ],
  [
    "statement",
    "fair",
    /\{%\s?(?:if|for|set|import|include|extends|macro|raw|debug|load)\b|#set\s?\(|#(?:foreach|include|parse|evaluate)\s?\(|<#(?:assign|list|include|macro)\b|\{\{=|\{\{#with\b/,
  ],
  ["braces", "weak", /\{\{[^{}]{1,120}\}\}|#\{[^{}]{1,80}\}|\$\{[^{}]{1,80}\}/, evaluated],
]);

/** Log4Shell and its nested lookups. CVE-2021-44228. */
export const lookupInjection = family("lookup", "malicious payload", [
  ["jndi", "certain", /\$\{[^}]{0,60}jndi|\bjndi\s?:\s?(?:ldaps?|rmi|dns|iiop|nis|corba|http)|j\}?\$\{[^}]{0,20}\}?n\$?/],
  [
    "nested",
    "certain",
    /\$\{(?:\$\{|(?:lower|upper|env|sys|java|date|base64|main|ctx|bundle|docker|k8s|spring|log4j|sd|map|marker|web|jvmrunargs|script|url|dns)\s?:|::?-|[a-z]{0,12}:-)/,
  ],
]);

/** LDAP and XPath filters. */
export const directoryInjection = family("ldap", "injection", [
  [
    "filter",
    "strong",
    /\)\s?\(\s?[|&!]|\)\s?\(\s?\w{1,40}\s?[~<>]?=|\*\s?\)\s?\(|\(\s?[|&]\s?\(|\(\s?[|&]\s?\)|\)\s?\)\s?%?0?0?$|=\s?\*\s?\)/,
  ],
  [
    "xpath",
    "fair",
    /\/\/\w{1,30}\[|\btext\(\)\s?=|\bcount\(\/|\bposition\(\)\s?=|\bstring-length\(|\]\s?\|\s?\/\/|\/\*\[|\bname\(\s?\/|\bancestor::|\bdoc\(\s?['"]/,
  ],
]);

/** External entities and includes. CWE-611. */
export const xmlEntities = family("xxe", "data exfiltration", [
  [
    "entity",
    "certain",
    /<!entity\b|<!doctype\b[^>]{0,200}(?:\[|\bsystem\b|\bpublic\b\s?["'][^"']{0,80}["']\s?["'](?!https?:\/\/www\.w3\.org))/,
  ],
  ["include", "certain", /<xi:include\b|\bxmlns:xi\s?=|<\?xml-stylesheet\b|\bxsi:schemalocation\s?=\s?["'][^"']{0,100}(?:file|ftp|gopher)/],
]);
