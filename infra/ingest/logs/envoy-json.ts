import { topics } from "../../../schemas/topics/index.ts";
import { lastOf, numberOf, requestValue } from "./access-line.ts";
import { envoyHeaders } from "./envoy-text.ts";
import { jsonLine, wanted } from "./json-line.ts";
import type { LineOrigin, LogFormat } from "./log-format.ts";
import { isoTime } from "./log-time.ts";

/**
 * Envoy's `json_format` with the keys that the guide gives, which are those of Istio's access log. Envoy has no default of its
 * own here. `ts` is START_TIME plus DURATION.
 * Source: envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage (format dictionaries).
 */
export const envoyJson: LogFormat = {
  name: "envoy-json",
  topic: topics.request,
  read(line: string, origin: LineOrigin) {
    const field = jsonLine(line);
    const durationMs = numberOf(field("duration"), "duration");
    return requestValue(
      {
        endTs: isoTime(wanted(field, "start_time")) + (durationMs ?? 0) * 1000,
        durationMs,
        requestId: field("request_id"),
        sourceIp: withoutPort(field("downstream_remote_address")) ?? lastOf(field("x_forwarded_for")),
        method: field("method"),
        path: field("path"),
        status: numberOf(field("response_code"), "response_code"),
        userAgent: field("user_agent"),
        host: field("authority"),
        upstream: field("upstream_host"),
        headers: envoyHeaders(field("x_forwarded_for"), field("response_flags"), field("upstream_service_time")),
      },
      origin,
    );
  },
};

/** `192.0.2.1:4711` and `[2001:db8::1]:4711` without the port; an address without one as it is. */
function withoutPort(address: string | undefined): string | undefined {
  const bracketed = address === undefined ? null : /^\[([^\]]+)\]/.exec(address);
  if (bracketed !== null) return bracketed[1];
  return address !== undefined && address.indexOf(":") === address.lastIndexOf(":") ? address.replace(/:\d+$/, "") : address;
}
