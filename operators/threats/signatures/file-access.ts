import { family } from "./signature.ts";

/** Reaching for files: traversal, well-known files, stream wrappers, remote includes. After groups 930 and 931 of the Core Rule Set. */
export const fileAccess = family("file", "data exfiltration", [
  ["traversal", "certain", /(?:\.{2,4}[\\/]{1,4}){2}|[\\/]\.{2,4}[\\/]{1,4}\.{2,4}(?:[\\/]|$)|\.\.;[\\/]/],
  ["step-up", "fair", /(?:^|[\\/=:'"\s])\.\.[\\/]|[\\/]\.\.$/],
  [
    "known-file",
    "certain",
    /(?:^|[\\/])etc[\\/]{1,3}(?:passwd|shadow|group|hosts|issue|fstab|crontab|sudoers|hostname|resolv|nginx|apache2?|httpd|ssh|mysql|my\.cnf|php)|[\\/]proc[\\/](?:self|version|cpuinfo|mounts|net|\d{1,7})[\\/]?|\b(?:boot|win|system|php|desktop)\.ini\b|[\\/]system32[\\/]|\bwinnt[\\/]|\bweb\.config\b|\bid_(?:rsa|dsa|ecdsa|ed25519)\b|\bwp-config(?:\.php|\b)|[\\/]var[\\/](?:log|www|lib|run)[\\/]|[a-z]:[\\/]{1,3}(?:windows|winnt|boot|inetpub|program|users|xampp)/,
  ],
  [
    "dot-file",
    "fair",
    /(?:^|[\\/])\.(?:bash_history|bashrc|profile|htpasswd|htaccess|ssh|aws|kube|docker|npmrc|netrc|pgpass|mysql_history|git-credentials)\b/,
  ],
  [
    "wrapper",
    "certain",
    /\b(?:php|phar|zip|expect|glob|ogg|rar|ssh2|compress\.(?:zlib|bzip2))\s?:\/\/|\bphp:filter\b|\bconvert\.base64-encode\b|\bzlib:\/\//,
  ],
  ["file-uri", "strong", /\b(?:file|netdoc|jar:(?:file|http)|view-source)\s?:\/{0,3}/, ["query", "body", "header", "cookie"]],
  [
    "remote-script",
    "fair",
    /^(?:https?|ftp):\/\/[^\s/]{1,200}\/[^\s]{0,200}\.(?:php|phtml|jsp|aspx?|cgi|pl|sh|exe|txt)\??$/,
    ["query", "body", "cookie"],
  ],
  ["remote-by-address", "fair", /^(?:https?|ftps?):\/\/\d{1,3}(?:\.\d{1,3}){3}/, ["query", "cookie"]],
  ["server-side-include", "certain", /<!--\s?#\s?(?:exec|include|echo|config|printenv|set|fsize|flastmod|if)\b|<esi:/],
]);
