import { family } from "./signature.ts";

/**
 * SQL and its kin. Quotes and comparisons alone are English too, so most need a quote, a bracket or a number before the keyword.
 * After the families of the OWASP Core Rule Set (group 942) and of libinjection, written anew.
 */
export const sqlInjection = family("sqli", "injection", [
  ["union", "certain", /\bunion\b[\s(+]{0,4}(?:all|distinct)?[\s(+]{0,6}select\b/],
  [
    "tautology",
    "strong",
    /(?:['"`)]|\b\d{1,12})\s?(?:\b(?:or|and|xor|having|where|div|rlike)\b|\|\||&&)\s?[\s(!~+-]{0,6}(?:not\s)?(?:['"`][^'"`]{0,40}['"`]?|[\w.@]{1,40}(?:\([^()]{0,40}\))?)\s?[)\s]{0,4}(?:=|<|>|!=|\blike\b|\bbetween\b|\bin\s?\(|\bis\b|\brlike\b|\bregexp\b|\bsounds\b)/,
  ],
  ["numbers-equal", "strong", /\b(?:or|and|having|where)\b\s?\(?\s?['"`]?(\d{1,10})['"`]?\s?(?:=|like|<|>)\s?['"`]?\d{1,10}\b/],
  ["bare-tautology", "fair", /^\s?(?:or|and)\s\(?['"]?(\w{1,10})['"]?\s?(?:=|like)\s?\(?['"]?\w{1,10}['"]?\)?\s?(?:$|--|#|;)/],
  [
    "stacked",
    "certain",
    /['")\d\s]\s?;\s?(?:drop|insert\sinto|update\s\w{1,40}\sset|delete\sfrom|create\s(?:table|user|database|function)|alter\s|exec|execute\s|declare\s|select\s|shutdown|truncate\s|waitfor\s|call\s|grant\s)/,
  ],
  [
    "time",
    "certain",
    /\b(?:sleep|benchmark|pg_sleep|dbms_lock\.sleep|dbms_pipe\.receive_message|randomblob)\s?\(\s?[\w'"(]|\bwaitfor\s(?:delay|time)\b/,
  ],
  [
    "schema",
    "strong",
    /information_schema|\bsys(?:objects|columns|databases|users)\b|\bpg_(?:catalog|user|shadow|tables)\b|sqlite_(?:master|version)|\b(?:all|user|dba)_(?:tables|tab_columns|users)\b|\bmysql\.(?:user|db)\b|@@(?:version|datadir|hostname|global|basedir)|\bmsysobjects\b|\bsys\.(?:user|database|schema)/,
  ],
  [
    "unusual-function",
    "strong",
    /\b(?:extractvalue|updatexml|load_file|xp_\w{3,30}|sp_\w{3,30}|utl_(?:inaddr|http|file)|ctxsys|dbms_\w{2,30}|make_set|gtid_subset|json_keys|sys_eval|sys_exec|loadxml|load_extension|polygon|multipoint|generate_series|sqlmap)\b\s?[.(]|\bxp_cmdshell\b/,
  ],
  [
    "function",
    "weak",
    /\b(?:char|chr|ascii|substr(?:ing)?|mid|ord|hex|unhex|cast|convert|version|database|user|current_user|concat(?:_ws)?|group_concat|count|floor|rand|elt|if(?:null)?|iif|nullif|length|len|md5|exp|sum|left|right|conv|bin)\s?\(/,
  ],
  [
    "inner-select",
    "certain",
    /\(\s?select\b[\s(*'"@\d]|\bselect\b[\s(]{1,3}(?:case|if|count|sleep|concat|null|char|load_file|@@|version|user|current_user|session_user|\d)/,
  ],
  ["select-columns", "fair", /\bselect\s(?:all\s|distinct\s|top\s\d{1,6}\s)?[^\s,]{1,80}(?:\s?,\s?[^\s,]{1,40}){0,20}\sfrom\s/],
  ["select-from", "weak", /\bselect\b[^;]{1,160}\bfrom\b/],
  ["case-when", "strong", /\bcase\s?(?:[\w'"(][^;]{0,40})?when\b[^;]{1,80}\bthen\b/],
  [
    "break-out",
    "fair",
    /^[^\s'"`]{0,40}['"`][\s)]{0,4}(?:\bor\b|\band\b|\bunion\b|\bselect\b|;|\|\||&&|\bhaving\b|\border\sby\b|\bgroup\sby\b|\bprocedure\b|--|#|\/\*|\+\s?')/,
  ],
  ["comment-end", "weak", /['"`)\d][\s;)]{0,4}(?:--(?:[\s+-]|$)|#\s?$|\/\*[^*]{0,20}$)/],
  ["order-by", "fair", /['")\d-][\s)]{0,4}(?:order|group)\sby\s\(?\d/],
  ["into-file", "certain", /\binto\s(?:out|dump)file\b|\bload\sdata\s(?:local\s)?infile\b/],
  ["procedure", "certain", /\bprocedure\sanalyse\b|\bexec(?:ute)?\s(?:immediate|master|xp_|sp_|\()|\bdeclare\s@\w/],
  [
    "statement",
    "fair",
    /\binsert\sinto\s[\w.`"[\]]{1,60}[\s(][^;]{0,120}\bvalues\b|\bdelete\sfrom\s\w|\bupdate\s[\w.`]{1,60}\sset\s\w|\b(?:drop|truncate|alter|create)\s(?:table|database|schema|view|user|function|procedure|login)\b/,
  ],
  ["concatenation", "weak", /['"]\s?(?:\|\||\+)\s?['"(\w]|['"]\s['"]\s?=/],
]);

/** Operators of document stores where a value was expected. */
export const noSqlInjection = family("nosqli", "injection", [
  [
    "operator",
    "strong",
    /(?:[[{"'.:,\s]|^)\$(?:ne|eq|gte?|lte?|n?in|regex|where|exists|n?or|and|not|expr|elemmatch|size|type|func|lookup)\b["'\]\s]{0,3}(?:[:=\]}]|$)/,
  ],
  [
    "script",
    "strong",
    /\bthis\.\w{1,40}\s?(?:==|!=|\.match)|['"]\s?;\s?return\b|\breturn\s?\(?\s?(?:true|!?\d|this)|\bdb\.\w{1,40}\.(?:find|insert|drop|update|remove)\b|\|\|\s?['"]?\d['"]?\s?==/,
  ],
]);
