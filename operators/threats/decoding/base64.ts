/** Standard or URL-safe alphabet; shorter runs are words. */
const runs = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const longestRun = 8_192;
const mostRuns = 3;
const printableShare = 0.92;

/**
 * What base64 runs in a text say, at most three of up to 8 KB each: only what is printable and holds something beside letters
 * and digits, since ids and hashes decode to noise.
 */
export function decodeBase64(text: string): string[] {
  if (text.length < 16) return [];
  const found: string[] = [];
  for (const [run] of text.matchAll(runs)) {
    if (found.length === mostRuns) break;
    if (run.length > longestRun) continue;
    const decoded = Buffer.from(run, "base64").toString("latin1");
    if (isTelling(decoded)) found.push(decoded);
  }
  return found;
}

function isTelling(decoded: string): boolean {
  let printable = 0;
  let plain = 0;
  for (let i = 0; i < decoded.length; i += 1) {
    const code = decoded.charCodeAt(i);
    if ((code >= 0x20 && code < 0x7f) || code === 0x0a || code === 0x0d || code === 0x09) printable += 1;
    if ((code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)) plain += 1;
  }
  return decoded.length >= 8 && printable >= printableShare * decoded.length && plain < decoded.length;
}
