import { isIP } from "node:net";
import { topics } from "../../../schemas/topics/index.ts";
import { given, numberOf, requestLine, requestValue, unreadable } from "./access-line.ts";
import { unescaped } from "./escapes.ts";
import type { LineOrigin, LogFormat } from "./log-format.ts";
import { commonTime } from "./log-time.ts";

/**
 * Bounded where another part could match as well, so that a hostile line costs no more than its length. A user holds no ` [`:
 * a line that a crash cut, with the next one behind it, is not taken for one of a strange user.
 */
const form =
  /^(\S+) - ([^[]{0,1000}?) \[([^\]]{20,40})\] "([^"\\]*(?:\\.[^"\\]*)*)" (\d{3}|-) (?:\d+|-)(?: "([^"\\]*(?:\\.[^"\\]*)*)" "([^"\\]*(?:\\.[^"\\]*)*)"(?: "([^"\\]*(?:\\.[^"\\]*)*)")?)?\s*$/s;

/**
 * The combined format of nginx and Apache, the common one before it, and `main` of nginx's packages, which adds the
 * X-Forwarded-For header. It has no duration: `e2eMs` stays unknown. Times are to the second.
 * Source: nginx.org/en/docs/http/ngx_http_log_module.html, httpd.apache.org/docs/2.4/logs.html.
 */
export const nginxCombined: LogFormat = {
  name: "nginx-combined",
  topic: topics.request,
  read(line: string, origin: LineOrigin) {
    const parts = form.exec(line);
    if (parts === null) throw unreadable("the line is not of the combined format");
    const [, sourceIp = "", user, time = "", request, status, referer, userAgent, forwarded] = parts;
    // A name is one that Apache looked up, or `unix:`; two addresses in one are what a crash leaves.
    if (isIP(sourceIp) === 0 && !/[a-z]/i.test(sourceIp)) throw unreadable(`"${sourceIp.slice(0, 60)}" is no address`);
    return requestValue(
      {
        endTs: commonTime(time),
        sourceIp: given(sourceIp),
        user: text(user),
        ...requestLine(text(request)),
        status: numberOf(status, "the status"),
        userAgent: text(userAgent),
        headers: { referer: text(referer), "x-forwarded-for": text(forwarded) },
      },
      origin,
    );
  },
};

const text = (logged: string | undefined): string | undefined => {
  const found = given(logged);
  return found === undefined ? undefined : unescaped(found);
};
