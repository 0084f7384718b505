import { family } from "./signature.ts";

const dangerousTag =
  "script|iframe|frame|frameset|object|embed|applet|meta|base|link|svg|math|marquee|isindex|style|template|keygen|bgsound|layer|xss|noscript|noembed|portal|foreignobject|animate(?:motion|transform)?|listing|plaintext";
const otherTag =
  "img|image|body|html|head|details|video|audio|source|form|input|button|select|textarea|title|table|td|div|span|p|a|b|x|h1|br|hr|ul|li|area|map|menu|dialog|blink|font";

/** Markup and script where a value was expected. After group 941 of the OWASP Core Rule Set, written anew. */
export const crossSiteScripting = family("xss", "xss", [
  ["script-tag", "certain", /<[\s/]{0,3}script\b|<\/?\w{0,12}:?script[\s>/]/],
  ["tag", "strong", new RegExp(`<[\\s/]{0,2}(?:${dangerousTag})(?:[\\s/>:]|$)`)],
  ["plain-tag", "weak", new RegExp(`<[\\s/]{0,2}(?:${otherTag})(?:[\\s/>]|$)`)],
  ["handler", "certain", /(?:<[a-z!?%/][^<>]{0,300}|["'`])[\s"'`/\\]{0,3}\bon[a-z]{3,25}\s?=\s?[^\s=]/],
  [
    "handler-alone",
    "fair",
    /(?:^|[\s"'/;])on(?:error|load|click|mouse[a-z]{2,6}|focus[a-z]{0,3}|key[a-z]{2,5}|toggle|animation[a-z]{3,10}|transition[a-z]{3,8}|pointer[a-z]{2,7}|submit|change|blur|scroll|begin|start|finish|message|hashchange|pageshow|wheel|copy|paste|resize|beforeprint)\s?=/,
  ],
  [
    "script-uri",
    "certain",
    /(?:^|[\s"'=(,`<>:/])(?:j\s?a\s?v\s?a\s?s\s?c\s?r\s?i\s?p\s?t|v\s?b\s?s\s?c\s?r\s?i\s?p\s?t|livescript)\s?:|data:(?:text\/(?:html|xml|javascript)|image\/svg|application\/(?:x-)?(?:javascript|xhtml))/,
  ],
  [
    "call",
    "fair",
    /\b(?:alert|confirm|prompt|eval|settimeout|setinterval|execscript|atob|unescape|fetch|importscripts)\b\s?(?:\.\w{4,6}\s?)?[(`]|\bstring\.fromcharcode\b|\bnew\sfunction\s?\(|\bimport\s?\(|\(\s?(?:alert|confirm|prompt|eval)\s?\)\s?\(/,
  ],
  [
    "document",
    "fair",
    /\b(?:document|window|self|top|parent|globalthis|this)\s?(?:\.\s?|\[\s?['"`/]{0,2})(?:cookie|write|writeln|location|domain|body|createelement|name|alert|eval|open|onerror|localstorage|\w{0,8}['"`/]{1,3}\s?\+)|\blocation\s?(?:\.(?:href|hash|replace|assign)|=)|\.innerhtml\b|\.constructor\s?[.(]|\blocalstorage\.|\bxmlhttprequest\b/,
  ],
  [
    "style",
    "fair",
    /\bexpression\s?\(|-moz-binding|\bbehaviou?r\s?:\s?url|@import\s|\bstyle\s?=\s?["'][^"']{0,80}(?:url|expression|animation)/,
  ],
  ["break-out", "fair", /["'`]\s?\/?>\s?<|-->\s?<|\]\]>\s?</],
  ["closing", "weak", /<\/(?:title|textarea|style|script|select|noscript|xmp|iframe)\s?>/],
  ["jsfuck", "strong", /[[\]()!+]{24}/],
  ["framework", "fair", /\bng-(?:app|init|click|include|csp)\b|\bv-(?:html|on:)|\bx-on:|\bsrcdoc\s?=|\bxlink:href|\bformaction\s?=/],
]);
