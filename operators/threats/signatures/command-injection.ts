import { family } from "./signature.ts";

const commands =
  "cat|ls|id|whoami|uname|wget|curl|nc|ncat|netcat|ping|sleep|usleep|echo|bash|sh|zsh|dash|ksh|csh|busybox|python[23]?|perl|ruby|php|node|lua|gcc|powershell|pwsh|cmd|dir|type|net|ipconfig|ifconfig|nslookup|dig|host|traceroute|sed|awk|gawk|head|tail|more|less|nl|tac|rm|rmdir|cp|mv|touch|chmod|chown|kill|killall|ps|top|env|printenv|set|export|telnet|ssh|scp|sftp|ftp|tftp|mail|find|grep|egrep|tee|base64|xxd|hexdump|od|strings|cd|pwd|hostname|netstat|ss|systeminfo|tasklist|certutil|bitsadmin|mshta|rundll32|regsvr32|wmic|reg|del|copy|print|printf|expr|timeout|who|su|sudo|mkfifo|mknod|mkdir|eval|exec|source|crontab|lsof|iptables|systemctl|service|df|du|mount|history|xargs|sort|cut|rev|openssl|tar|zip|unzip|dd|ln|stat|file|locate|which|date|cal|test";
const after = "(?=[\\s$<>;|&`'\"()\\\\/{}*%+,@=:-]|$)";

const values = ["query", "body", "cookie", "header"] as const;
/** Agents list their parts with semicolons. */
const notAgents = [...values, "path", "query name", "body name", "referer"] as const;

/** Shells, interpreters and the words that reach them. After groups 932 to 934 of the OWASP Core Rule Set, written anew. */
export const commandInjection = family("command", "injection", [
  [
    "chain",
    "strong",
    new RegExp(`(?:[;|&\`\\n]|\\$\\(|^!|^\\{(?=\\w))\\s?['"\\\\]{0,2}(?:/?(?:usr/)?(?:local/)?s?bin/)?(?:${commands})${after}(?![=)]\\w)`),
    notAgents,
  ],
  ["bare", "fair", new RegExp(`^['"]?(?:${commands})\\s(?:-\\w{1,6}\\s){0,2}(?:[/~]|\\.\\.?/|\\$)[\\w/.*?~$-]{0,200}$`), values],
  [
    "chain-argument",
    "certain",
    /[;|&`\n]\s?(?:cat|ls|type|more|head|tail|nl|less|dir)\s[-/.~$]|[;|&`\n]\s?(?:ping|sleep|nslookup|dig|wget|curl|nc)\s(?:-\w|\d|https?:|\S{1,60}\.\S)|\|\|?\s?(?:id|whoami|uname|ifconfig|ipconfig)\b/,
  ],
  [
    "substitution",
    "strong",
    /\$\(\s?[a-z/(<'"$\\][^)]{0,120}\)?|`\s?[a-z/$][^`]{1,120}`|\$\{\s?(?:ifs|path|home|shell|pwd|oldpwd|\w{1,20}(?::\d|\/|%|#|@))|\$ifs\b|\$\(\(|<\(|>\(/,
  ],
  ["quote-split", "fair", /\b\w{0,5}(?:''|""|\\)\w{1,5}(?:''|""|\\)?\w{0,6}\s(?:\/|-)\w|\$@|\$\{?[@*]\}?\w/],
  ["path", "certain", /\/(?:usr\/)?(?:local\/)?s?bin\/[a-z$?*'"\\]|\/dev\/(?:tcp|udp|shm|null)\b/],
  ["glob-path", "fair", /\/[a-z]{0,4}[?*][a-z?*]{0,6}\/[a-z?*[\]]{0,8}[?*]/],
  [
    "windows",
    "certain",
    /\bcmd(?:\.exe)?\s?\/[a-z]\b|\bcmd\.exe\b|\bpowershell(?:\.exe)?\s-|%comspec%|%systemroot%|\binvoke-(?:expression|webrequest|command)\b|\bnew-object\s|-encodedcommand\b|\biex\s?\(/,
  ],
  [
    "windows-loop",
    "strong",
    /\bfor\s(?:\/[dlrf]\s?)?[^()]{0,60}%{1,2}[^\s]{1,3}\sin\s{0,3}\([^)]{0,200}\)\s?do\b|\bif\s(?:\/i\s)?(?:not\s)?(?:exist|defined|errorlevel|cmdextversion)\s\S/,
  ],
  ["glob-split", "strong", /\/(?:etc|bin|usr|tmp|var)?\/?[a-z]{0,10}\[[^\]\s]{1,6}\][a-z/]{1,12}|\$\[\s?\d{0,6}\s?[+*-]?\s?\d{0,6}\]/],
  ["redirect", "fair", /\d?>&?\s?\/(?:dev|tmp|var)\/|\b[012]>&[012]|<\s?\/etc\/|>\s?\/tmp\//],
  ["shellshock", "certain", /\(\)\s?\{[^}]{0,80}\}\s?;/],
  ["fork-bomb", "certain", /:\(\)\s?\{/],
]);

/** Code of an application's own language. */
export const codeInjection = family("code", "injection", [
  ["php-tag", "certain", /<\?(?:php|=|\s)|<%[\s=@!]?|\{php\}/],
  [
    "php-call",
    "strong",
    /\b(?:system|passthru|shell_exec|popen|proc_open|pcntl_exec|assert|phpinfo|call_user_func(?:_array)?|create_function|base64_decode|file_(?:get|put)_contents|preg_replace|eval|exec|readfile|show_source|highlight_file|var_dump|print_r|fsockopen|move_uploaded_file|array_map|array_filter|usort|ob_start|register_shutdown_function|gzinflate|str_rot13|chr|fopen|fwrite|scandir|getenv|ini_set|unserialize|extract|parse_str|die)\s?\(\s?['"$\\@)\w]/,
  ],
  ["script", "fair", /\bvar\s\w{1,20}\s?=\s?new\s\w{1,20}\(|\bwhile\s?\([^)]{0,80}<\s?\d{3,}\)|\bdo\s?\{[^}]{0,80}\}\s?while\b/],
  ["php-variable", "strong", /\$_(?:get|post|server|cookie|request|files|env|session)\b|\$globals\b|\$\{?['"]?_\w{3,8}['"]?\}?\[/],
  [
    "python",
    "certain",
    /__(?:import|class|mro|subclasses|globals|builtins|bases|init)__|\bos\.(?:system|popen)\b|\bsubprocess\.|\beval\(compile\(/,
  ],
  [
    "node",
    "certain",
    /\brequire\s?\(\s?['"`](?:child_process|fs|os|net|http)|\bprocess\.(?:env|mainmodule|binding|exit|cwd)|\bchild_process\b|_\$\$nd_func\$\$_/,
  ],
  [
    "java",
    "certain",
    /\bruntime\.getruntime\b|\bgetruntime\s?\(|\bprocessbuilder\b|\bjava\.(?:lang|io|net|util|beans)\.|\bjavax\.|\bclass\.(?:module|classloader)|#_memberaccess|\bognl\b|\bxwork\b|\bopensymphony\b|\bgetclass\s?\(|\bclassloader\b|\bcom\.sun\.|\borg\.(?:apache|springframework|codehaus)\.|\bfreemarker\./,
  ],
  [
    "perl-ruby",
    "strong",
    /@\{\s?\[|\bkernel\.(?:exec|system|open)|\b(?:io|open3|process)\.(?:popen|spawn|read)|%x[({[]|\buse\s(?:strict|warnings|socket)\b|\bexec\s?\(?\s?['"`%]|\bsystem\s['"(]/,
  ],
]);
