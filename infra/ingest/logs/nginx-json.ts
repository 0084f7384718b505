import { topics } from "../../../schemas/topics/index.ts";
import { lastOf, numberOf, requestLine, requestValue } from "./access-line.ts";
import { jsonLine, wanted } from "./json-line.ts";
import type { LineOrigin, LogFormat } from "./log-format.ts";
import { isoTime } from "./log-time.ts";

/**
 * nginx with `escape=json` and the `log_format` that the guide gives: to the millisecond, with duration, upstream and request
 * id. Unknown fields are left alone. `ts` is when nginx wrote the line (`msec`), else `time`.
 * Source: nginx.org/en/docs/http/ngx_http_log_module.html, ngx_http_core_module.html (`$request_time` in seconds).
 */
export const nginxJson: LogFormat = {
  name: "nginx-json",
  topic: topics.request,
  read(line: string, origin: LineOrigin) {
    const field = jsonLine(line);
    const seconds = numberOf(field("msec"), "msec");
    const duration = numberOf(field("request_time"), "request_time");
    return requestValue(
      {
        // Milliseconds first: 1700000000.123 x 1e6 is no whole number.
        endTs: seconds === undefined ? isoTime(wanted(field, "time")) : Math.round(seconds * 1000) * 1000,
        durationMs: duration === undefined ? undefined : Math.round(duration * 1000),
        requestId: field("request_id"),
        sourceIp: field("remote_addr"),
        user: field("remote_user"),
        ...requestLine(field("request")),
        status: numberOf(field("status"), "status"),
        userAgent: field("user_agent"),
        host: field("host"),
        upstream: lastOf(field("upstream_addr")),
        headers: {
          referer: field("referer"),
          "content-type": field("content_type"),
          "x-forwarded-for": field("x_forwarded_for"),
          "x-upstream-response-time": field("upstream_response_time"),
          "x-upstream-header-time": field("upstream_header_time"),
        },
      },
      origin,
    );
  },
};
