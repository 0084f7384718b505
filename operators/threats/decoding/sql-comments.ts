/** MySQL runs what stands in such a comment, from that version on. */
const executable = /\/\*![0-9]{0,6}/g;

/**
 * Comments that split keywords become a space, executable ones (`/*!50000 union` and so on) their content. A comment that does
 * not end stays: in SQL it hides the rest, which is a sign of its own. Linear, whatever is nested.
 */
export function foldSqlComments(text: string): string {
  if (!text.includes("/*")) return text;
  const opened = text.replace(executable, " ");
  let folded = "";
  let at = 0;
  for (;;) {
    const start = opened.indexOf("/*", at);
    const end = start < 0 ? -1 : opened.indexOf("*/", start + 2);
    if (end < 0) break;
    folded += `${opened.slice(at, start)} `;
    at = end + 2;
  }
  folded += opened.slice(at);
  return opened === text ? folded : folded.replaceAll("*/", " ");
}
