import { topics } from "../../../schemas/topics/index.ts";
import { given, lastOf, numberOf, requestValue, unreadable } from "./access-line.ts";
import type { LineOrigin, LogFormat } from "./log-format.ts";
import { isoTime } from "./log-time.ts";

/**
 * Envoy does not escape quotes: the path ends at the first protocol with a status behind it, and the last three fields, which
 * Envoy sets itself or checks, bound the user agent from the right.
 */
const form =
  /^\[([^\]]{19,40})\] "(\S+) (.*?) (?:HTTP\/[\d.]+|-)" (\d+) (\S+) \d+ \d+ (\d+|-) (\S+) "([^"]*)" "(.*)" "([^"]*)" "([^"]*)" "([^"]*)"\s*$/s;

/**
 * Envoy's default format string. `ts` is START_TIME plus DURATION. The peer's address is not in it: the last address of
 * X-Forwarded-For, which Envoy adds itself with `use_remote_address`, stands in.
 * Source: envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage (default format string).
 */
export const envoyText: LogFormat = {
  name: "envoy-text",
  topic: topics.request,
  read(line: string, origin: LineOrigin) {
    const parts = form.exec(line);
    if (parts === null) throw unreadable("the line is not of Envoy's default format");
    const [, time = "", method, path, status, flags, duration, upstreamMs, forwarded, userAgent, requestId, authority, upstream] = parts;
    const durationMs = numberOf(duration, "the duration");
    return requestValue(
      {
        endTs: isoTime(time) + (durationMs ?? 0) * 1000,
        durationMs,
        requestId: given(requestId),
        sourceIp: lastOf(forwarded),
        method: given(method),
        path: given(path),
        status: numberOf(status, "the status"),
        userAgent: given(userAgent),
        host: given(authority),
        upstream: given(upstream),
        headers: envoyHeaders(given(forwarded), given(flags), given(upstreamMs)),
      },
      origin,
    );
  },
};

/** Flags say why Envoy itself answered; the upstream's time is in milliseconds. Both are what Envoy would send on. */
export const envoyHeaders = (forwarded?: string, flags?: string, upstreamMs?: string): Readonly<Record<string, string | undefined>> => ({
  "x-forwarded-for": forwarded,
  "x-envoy-response-flags": flags,
  "x-envoy-upstream-service-time": upstreamMs,
});
