import { Fault } from "../../../schemas/faults/fault.ts";
import type { RequestEventInput } from "../../../schemas/types/avro.ts";
import type { LineOrigin } from "./log-format.ts";

/** What an access log can say of one request. Fields that a format lacks, or that hold its sign for nothing, are undefined. */
export interface AccessLine {
  /** When the request ended, in microseconds. */
  readonly endTs: number;
  /** Whole time in the proxy, in milliseconds. */
  readonly durationMs?: number;
  readonly requestId?: string;
  readonly sourceIp?: string;
  readonly userAgent?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  /** The authenticated user. */
  readonly user?: string;
  readonly host?: string;
  /** Address of the engine that answered, the last where several were tried. */
  readonly upstream?: string;
  /** Other headers of interest, by lower-case name. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/**
 * A finished request. `eventId` and, where the proxy gave no request id, `requestId` are the line's own id: a line read twice
 * is the same event. The prompt's tokens are unknown to a proxy and stay 0.
 */
export function requestValue(line: AccessLine, origin: LineOrigin): RequestEventInput {
  const { endTs, durationMs, host, user } = line;
  const headers = Object.entries({ host, ...line.headers }).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return {
    eventId: origin.id,
    ts: endTs,
    deploymentId: origin.deploymentId,
    instanceId: line.upstream ?? "",
    requestId: line.requestId ?? origin.id,
    tenantHash: origin.tenantHash?.({ user, host }) ?? "",
    state: "FINISHED",
    arrivalTs: endTs - Math.round((durationMs ?? 0) * 1000),
    finishTs: endTs,
    e2eMs: durationMs ?? null,
    httpStatus: line.status ?? 0,
    sourceIp: line.sourceIp ?? null,
    userAgent: line.userAgent ?? null,
    method: line.method ?? null,
    path: line.path ?? null,
    headers: headers.length === 0 ? null : headers.map(([name, value]) => ({ name, value })),
  };
}

/** `GET /v1/models HTTP/1.1` apart. What is no request line (bytes of TLS, a probe) keeps its text as the path, without a method. */
export function requestLine(text: string | undefined): { readonly method?: string; readonly path?: string } {
  if (text === undefined) return {};
  const first = text.indexOf(" ");
  const last = text.lastIndexOf(" ");
  const method = first < 0 ? text : text.slice(0, first);
  if (first < 0 || !/^[A-Za-z][A-Za-z-]{0,31}$/.test(method)) return { path: text };
  if (/^HTTP\/[\d.]+$/.test(text.slice(first + 1))) return { method };
  if (last > first && /^HTTP\/\d/.test(text.slice(last + 1))) return { method, path: text.slice(first + 1, last) };
  return { method, path: text.slice(first + 1) };
}

/** Proxies write `-` or nothing for what is not there. */
export const given = (text: string | undefined): string | undefined =>
  text === undefined || text === "" || text === "-" ? undefined : text;

/** The last of a list: of tried upstreams (`a, b : c`) the one that answered, of forwarders the one the proxy saw itself. */
export const lastOf = (list: string | undefined): string | undefined => given(list?.split(/,| : /).at(-1)?.trim());

/** A number of a log, undefined where none stands there. Throws GW_RECORD_UNREADABLE for a text that is none. */
export function numberOf(text: string | number | null | undefined, name: string): number | undefined {
  const value = typeof text === "string" ? given(text.trim()) : (text ?? undefined);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isFinite(number)) throw unreadable(`${name} is "${String(value).slice(0, 40)}", not a number`);
  return number;
}

export const unreadable = (reason: string): Fault => new Fault("GW_RECORD_UNREADABLE", reason);
