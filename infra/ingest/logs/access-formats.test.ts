import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../schemas/faults/fault.ts";
import { fromJson } from "../../../schemas/json/from-json.ts";
import { topics } from "../../../schemas/topics/index.ts";
import type { RequestEvent, RequestEventInput } from "../../../schemas/types/avro.ts";
import { envoyJson } from "./envoy-json.ts";
import { envoyText } from "./envoy-text.ts";
import { logFormats } from "./formats.ts";
import type { LogFormat } from "./log-format.ts";
import { nginxCombined } from "./nginx-combined.ts";
import { nginxJson } from "./nginx-json.ts";

const origin = { id: "line-1", path: "/var/log/access.log", deploymentId: "chat" };
const read = (format: LogFormat, line: string) => format.read(line, origin) as RequestEventInput;
const micros = (iso: string) => Date.parse(iso) * 1000;
const header = ({ headers }: RequestEventInput, name: string) =>
  (headers as readonly { name: string; value: string }[] | null)?.find((one) => one.name === name)?.value;

const combined = (over: { user?: string; time?: string; request?: string; status?: string; agent?: string } = {}) =>
  `198.51.100.7 - ${over.user ?? "-"} [${over.time ?? "17/May/2026:10:05:03 +0200"}] "${over.request ?? "POST /v1/chat?x=%27 HTTP/1.1"}" ` +
  `${over.status ?? "200"} 612 "https://example.org/" "${over.agent ?? "curl/8.1"}"`;

describe("nginx-combined", () => {
  it("reads each field; the line's own id is both ids, since the format has none", () => {
    expect(read(nginxCombined, combined())).toMatchObject({
      eventId: "line-1",
      requestId: "line-1",
      deploymentId: "chat",
      ts: micros("2026-05-17T08:05:03Z"),
      finishTs: micros("2026-05-17T08:05:03Z"),
      arrivalTs: micros("2026-05-17T08:05:03Z"),
      e2eMs: null,
      state: "FINISHED",
      httpStatus: 200,
      sourceIp: "198.51.100.7",
      userAgent: "curl/8.1",
      method: "POST",
      path: "/v1/chat?x=%27",
      headers: [{ name: "referer", value: "https://example.org/" }],
    });
  });

  it("reads the common format, and the field that nginx's packages add", () => {
    expect(read(nginxCombined, '203.0.113.9 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.0" 304 0')).toMatchObject({
      userAgent: null,
      headers: null,
    });
    expect(header(read(nginxCombined, `${combined()} "192.0.2.1"`), "x-forwarded-for")).toBe("192.0.2.1");
  });

  it("takes escapes back, to UTF-8 only", () => {
    expect(read(nginxCombined, combined({ agent: String.raw`a\x22b\\c\xD0\x9F` })).userAgent).toBe('a"b\\cП');
    expect(read(nginxCombined, combined({ agent: String.raw`say \"hi\"` })).userAgent).toBe('say "hi"');
    expect(read(nginxCombined, combined({ agent: String.raw`bad \xFF\xFE` })).userAgent).toBe(String.raw`bad \xFF\xFE`);
    expect(read(nginxCombined, combined({ agent: String.raw`odd \q \x2 end` })).userAgent).toBe(String.raw`odd \q \x2 end`);
  });

  it("keeps what is no request line as the path, so that it can be scored", () => {
    const tls = read(nginxCombined, combined({ request: String.raw`\x16\x03\x01`, status: "400" }));
    expect([tls.method, tls.path]).toEqual([null, "\u0016\u0003\u0001"]);
    expect(read(nginxCombined, combined({ request: "-", status: "408" }))).toMatchObject({ method: null, path: null, httpStatus: 408 });
    expect(read(nginxCombined, combined({ request: "", status: "400" }))).toMatchObject({ method: null, path: null });
    expect(read(nginxCombined, combined({ request: "GET /a b c HTTP/1.1" }))).toMatchObject({ method: "GET", path: "/a b c" });
    expect(read(nginxCombined, combined({ request: "GET HTTP/1.1" }))).toMatchObject({ method: "GET", path: null });
    expect(read(nginxCombined, combined({ request: "GET /old" }))).toMatchObject({ method: "GET", path: "/old" });
  });

  it("hands the user to who hashes tenants", () => {
    const tenantHash = ({ user }: { user?: string }) => `#${user}`;
    expect(nginxCombined.read(combined({ user: "ada" }), { ...origin, tenantHash })).toMatchObject({ tenantHash: "#ada" });
  });

  it.for([
    "",
    "-",
    "half a line 198.51.100.7 - -",
    combined().slice(0, 60),
    combined().slice(0, 8) + combined(),
    combined().slice(0, 30) + combined(),
    combined().slice(0, 130) + combined(),
    `half of a li${combined()}`,
    combined({ time: "31/Jun/2026:00:00:00 +0000" }),
    combined({ time: "17/Mai/2026:10:05:03 +0200" }),
    combined({ time: "17/May/2026:25:05:03 +0200" }),
    combined({ agent: 'x"y' }),
  ])("refuses %j", (line) => {
    expect(() => read(nginxCombined, line)).toThrow(expect.objectContaining({ code: "GW_RECORD_UNREADABLE" }));
  });
});

const nginxLine = (over: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    time: "2026-05-17T10:05:03+02:00",
    msec: "1779005103.217",
    request_id: "5a2f",
    remote_addr: "198.51.100.7",
    remote_user: "",
    request: "POST /v1/chat?x=1 HTTP/1.1",
    status: "200",
    request_time: "1.217",
    upstream_addr: "10.0.0.1:8000, 10.0.0.2:8000 : 10.0.0.3:8000",
    upstream_response_time: "1.200",
    upstream_header_time: "0.310",
    host: "api.example.org",
    referer: "",
    user_agent: "openai-python/1.0",
    x_forwarded_for: "",
    content_type: "application/json",
    ...over,
  });

describe("nginx-json", () => {
  it("reads each field to the millisecond", () => {
    const value = read(nginxJson, nginxLine());
    expect(value).toMatchObject({
      requestId: "5a2f",
      eventId: "line-1",
      ts: 1_779_005_103_217_000,
      e2eMs: 1_217,
      instanceId: "10.0.0.3:8000",
    });
    expect(value).toMatchObject({ arrivalTs: 1_779_005_102_000_000, method: "POST", path: "/v1/chat?x=1", httpStatus: 200 });
    expect(header(value, "host")).toBe("api.example.org");
    expect(header(value, "x-upstream-header-time")).toBe("0.310");
    expect(header(value, "referer")).toBeUndefined();
  });

  it("does with what a shorter log_format has", () => {
    expect(read(nginxJson, '{"time":"2026-05-17T10:05:03+02:00","request":"GET / HTTP/1.1"}')).toMatchObject({
      ts: micros("2026-05-17T08:05:03Z"),
      requestId: "line-1",
      e2eMs: null,
      httpStatus: 0,
    });
  });

  it("reads a request that no upstream saw", () => {
    const value = read(nginxJson, nginxLine({ upstream_addr: "", upstream_response_time: "", status: "000", request: "" }));
    expect(value).toMatchObject({ instanceId: "", httpStatus: 0, method: null, path: null });
  });

  it.for(["{", "[]", "null", "{}", nginxLine({ msec: "soon" }), nginxLine({ status: [200] }), nginxLine({ msec: null, time: "17 May" })])(
    "refuses %j",
    (line) => expect(() => read(nginxJson, line)).toThrow(expect.objectContaining({ code: "GW_RECORD_UNREADABLE" })),
  );

  it("takes a field called __proto__ for one it does not know", () => {
    expect(read(nginxJson, nginxLine().replace("{", '{"__proto__":{"status":"500"},'))).toMatchObject({ httpStatus: 200 });
  });
});

const envoyLine = (over: { request?: string; forwarded?: string; agent?: string; id?: string } = {}) =>
  `[2026-05-17T08:05:02.000Z] "${over.request ?? "POST /v1/chat?x=1 HTTP/1.1"}" 200 - 154 3101 1217 1200 ` +
  `"${over.forwarded ?? "192.0.2.1,198.51.100.7"}" "${over.agent ?? "curl/8.1"}" "${over.id ?? "cc21d9b0"}" "api.example.org" "10.0.0.3:8000"`;

describe("envoy-text", () => {
  it("reads Envoy's default format; it begins at START_TIME and ends a DURATION later", () => {
    const value = read(envoyText, envoyLine());
    expect(value).toMatchObject({
      ts: micros("2026-05-17T08:05:03.217Z"),
      arrivalTs: micros("2026-05-17T08:05:02Z"),
      e2eMs: 1_217,
      requestId: "cc21d9b0",
      sourceIp: "198.51.100.7",
      method: "POST",
      path: "/v1/chat?x=1",
      userAgent: "curl/8.1",
      instanceId: "10.0.0.3:8000",
    });
    expect(header(value, "x-envoy-upstream-service-time")).toBe("1200");
    expect(header(value, "x-envoy-response-flags")).toBeUndefined();
  });

  it("is not led astray by quotes, which Envoy does not escape", () => {
    expect(read(envoyText, envoyLine({ agent: 'x" "forged" "evil" "9.9.9.9:1' }))).toMatchObject({
      requestId: "cc21d9b0",
      userAgent: 'x" "forged" "evil" "9.9.9.9:1',
      instanceId: "10.0.0.3:8000",
    });
    expect(read(envoyText, envoyLine({ request: 'GET /a" HTTP/1.1" b HTTP/1.1' }))).toMatchObject({ path: '/a" HTTP/1.1" b' });
  });

  it("reads what Envoy answered itself", () => {
    const line = '[2026-05-17T08:05:02.000Z] "- - HTTP/1.1" 400 DPE 0 11 0 - "-" "-" "-" "-" "-"';
    const value = read(envoyText, line);
    expect(value).toMatchObject({ method: null, path: null, sourceIp: null, requestId: "line-1", instanceId: "", httpStatus: 400 });
    expect(header(value, "x-envoy-response-flags")).toBe("DPE");
  });

  it.for(["", envoyLine().slice(0, 90), envoyLine().slice(4), envoyLine().replace("2026-05-17", "2026-02-30")])("refuses %j", (line) =>
    expect(() => read(envoyText, line)).toThrow(expect.objectContaining({ code: "GW_RECORD_UNREADABLE" })),
  );
});

const envoyObject = (over: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    start_time: "2026-05-17T08:05:02.000Z",
    method: "POST",
    path: "/v1/chat",
    response_code: 503,
    response_flags: "UF",
    duration: 40,
    upstream_service_time: null,
    x_forwarded_for: null,
    user_agent: "curl/8.1",
    request_id: "cc21d9b0",
    authority: "api.example.org",
    upstream_host: "10.0.0.3:8000",
    downstream_remote_address: "[2001:db8::1]:4711",
    ...over,
  });

describe("envoy-json", () => {
  it("reads numbers and texts, and leaves the port of the peer away", () => {
    expect(read(envoyJson, envoyObject())).toMatchObject({
      ts: micros("2026-05-17T08:05:02.040Z"),
      e2eMs: 40,
      httpStatus: 503,
      sourceIp: "2001:db8::1",
      requestId: "cc21d9b0",
    });
    const peer = (address: string | null) =>
      read(envoyJson, envoyObject({ downstream_remote_address: address, x_forwarded_for: "192.0.2.9" }));
    expect(["198.51.100.7:1", "198.51.100.7", "2001:db8::1", null].map((address) => peer(address).sourceIp)).toEqual([
      "198.51.100.7",
      "198.51.100.7",
      "2001:db8::1",
      "192.0.2.9",
    ]);
  });

  it("refuses a line without its time", () => {
    expect(() => read(envoyJson, envoyObject({ start_time: "-" }))).toThrow(expect.objectContaining({ code: "GW_RECORD_UNREADABLE" }));
  });
});

describe("every format", () => {
  const lines = [combined(), nginxLine(), envoyLine(), envoyObject()];
  const formats = [...logFormats.values()];

  it.for([nginxCombined, nginxJson, envoyText, envoyJson].map((format, i) => [format.name, format, lines[i] ?? ""] as const))(
    "%s gives what the topic takes",
    ([, format, line]) => {
      const result = fromJson(topics.request, read(format, line));
      expect(result).toHaveProperty("value");
      if ("value" in result) expect(topics.request.senseless(topics.request.complete(result.value as RequestEvent))).toBeUndefined();
    },
  );

  it("throws nothing but GW_RECORD_UNREADABLE, whatever stands in a line", () => {
    const damaged = fc
      .tuple(fc.constantFrom(...lines), fc.nat(400), fc.nat(40), fc.string({ unit: "binary", maxLength: 30 }))
      .map(([line, at, cut, put]) => line.slice(0, at) + put + line.slice(at + cut));
    fc.assert(
      fc.property(fc.constantFrom(...formats), fc.oneof(damaged, fc.string({ unit: "binary" })), (format, line) => {
        try {
          format.read(line, origin);
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
          expect((error as Fault).code).toBe("GW_RECORD_UNREADABLE");
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("costs no more than a line's length, also where the line was made to cost more", () => {
    const hostile = [
      `1 - ${" [a".repeat(300_000)}`,
      `1 - - [17/May/2026:10:05:03 +0200] "${"\\".repeat(900_000)}`,
      `[2026-05-17T08:05:02.000Z] "GET ${" HTTP/1.1".repeat(100_000)}`,
      `[2026-05-17T08:05:02.000Z] "GET / HTTP/1.1" 200 - 1 1 1 1 "${'" "'.repeat(300_000)}`,
    ];
    for (const format of formats) {
      for (const line of hostile) {
        const began = performance.now();
        try {
          format.read(line, origin);
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
        }
        expect(performance.now() - began).toBeLessThan(2_000);
      }
    }
  });
});
