import { family } from "./signature.ts";

/** Tools that name themselves, and paths that nobody follows by a link. */
export const scanners = family("scanner", "reconnaissance", [
  [
    "tool",
    "certain",
    /\b(?:sqlmap|nikto|nessus|acunetix|netsparker|invicti|openvas|nmap|masscan|nuclei|wpscan|dirbuster|gobuster|ffuf|feroxbuster|burp(?:suite)?|w3af|arachni|havij|jaeles|wfuzz|hydra|metasploit|commix|xsser|whatweb|joomscan|skipfish|fimap|pangolin|zmeu|morfeus|l9explore|l9tcpid|appscan|webinspect|jorgee|absinthe|brutus|bsqlbf|grendel-scan|webshag|vega|paros|zap|libredtail|xmrig|xpanse|katana|dirsearch|wapiti|n-stealth|mozlila|gvfs|qualys|detectify|interactsh|log4shell|sqlninja|uniscan|golismero|springboot-scan|getintent|fuzz\sfaster)\b/,
    ["user agent"],
  ],
  [
    "census",
    "fair",
    /\b(?:zgrab|censys\w{0,10}|shodan|expanse|internet-measurement|projectdiscovery|leakix|netcraft|stretchoid|binaryedge|onyphe|criminalip|odin|internetmeasurement)\b/,
    ["user agent"],
  ],
  ["tool-header", "certain", /^(?:x-)?(?:acunetix|netsparker|arachni|nessus|wvs|qualys|burp|scanner)[\w-]{0,30}$/, ["header"]],
  [
    "probe",
    "fair",
    /\/\.(?:git|svn|hg|bzr|env|aws|ssh|htpasswd|htaccess|ds_store|vscode|idea|kube|docker|npmrc)(?:[/.~_-]|$)|\/(?:phpmyadmin|pma|myadmin|mysqladmin|adminer|phpinfo|server-status|server-info|actuator|jmx-console|web-console|hnap1|boaform|gponform|\+cscoe\+|_ignition|telescope|solr\/admin|manager\/html|vendor\/phpunit|eval-stdin|cgi-bin\/(?:\.|luci|test|php|bash|sh\b)|owa\/auth|ecp\/|remote\/fgt|nacos|druid|geoserver|autodiscover|debug\/default|_profiler|wp-content\/plugins\/[\w-]{1,60}\/readme|wls-wsat|struts|invoker\/|tmui|dana-na|mgmt\/tm|axis2|console\/(?:login|portal)|setup\.cgi|goform|sdk\/|evox|nmaplowercheck|trace\.axd|elmah\.axd|\.well-known\/security-probe)\b/,
    ["path"],
  ],
  [
    "log-in-probe",
    "weak",
    /\/(?:wp-login\.php|xmlrpc\.php|wp-admin|administrator\/|admin\.php|login\.action|user\/login|setup\.php|install\.php)\b/,
    ["path"],
  ],
  [
    "left-behind",
    "weak",
    /\.(?:bak|old|orig|save|swp|swo|sql|sqlite|mdb|dump|tar\.gz|tgz|rar|7z|inc|log|pem|key|p12|pfx|ini|conf|cfg|yml)(?:~|$)|~$/,
    ["path"],
  ],
  [
    "shell-name",
    "strong",
    /\/(?:c99|r57|wso\d{0,2}|b374k|alfa|indoxploit|weevely|webshell|shell|cmd|backdoor|uploadify|filemanager)\.(?:php\d?|jspx?|aspx?|cgi)\b/,
    ["path"],
  ],
  ["introspection", "fair", /\b__schema\b|\b__type\s?\(|\bintrospectionquery\b/, ["query", "body"]],
]);
