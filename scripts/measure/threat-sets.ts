import { createHash } from "node:crypto";
import { join } from "node:path";
import type { RequestEventInput } from "../../schemas/types/avro.ts";
import { linesOf } from "./data-sets.ts";

/** What of a request a set gives; the rest is made up where it is measured. */
type Content = Partial<Pick<RequestEventInput, "method" | "path" | "userAgent" | "headers" | "body" | "prompt">>;

/** One request of a set, and what its makers say of it. */
export interface Sample {
  readonly set: string;
  readonly isAttack: boolean;
  /** Samples of one file, site or rule are in one half: they resemble each other. The lists were written while looking at the first. */
  readonly half: "first" | "second";
  readonly content: Content;
}

interface HttpRow {
  readonly id: string;
  readonly site?: string;
  readonly rule_group?: string;
  readonly rule_id?: string;
  readonly paranoia_level?: number;
  readonly raw_request?: string;
  readonly response_side?: boolean;
  readonly method: string;
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Null where a test only says that the server must answer. */
  readonly expect_trigger: boolean | null;
}

const httpRows = (folder: string, name: string): HttpRow[] =>
  linesOf(join(folder, `${name}.ndjson.gz`)).map((line) => JSON.parse(line) as HttpRow);

const sample = (set: string, isAttack: boolean, group: string, content: Content): Sample => ({
  set,
  isAttack,
  half: ((createHash("sha256").update(group).digest()[0] ?? 0) & 1) === 0 ? "first" : "second",
  content,
});

const sent = ({ method, uri, headers = {}, body = "" }: HttpRow): Content => ({
  method,
  path: uri.toWellFormed(),
  userAgent: headers["User-Agent"] ?? null,
  headers,
  body: body === "" ? null : body.toWellFormed(),
});
const asParameter = (text: string): Content => ({ method: "GET", path: `/?q=${encodeURIComponent(text.toWellFormed())}`, headers: {} });
/** `a:123` without its last so many numbers: neighbours in a file. */
const neighbours = (id: string, many: number): string => id.replace(/\d+$/, (digits) => String(Math.floor(Number(digits) / many)));

/** Requests and parameters: open-appsec, gotestwaf, OWASP Core Rule Set, libinjection, HttpParams. Throws where a file is missing. */
export function httpSamples(folder: string): Sample[] {
  const recorded = httpRows(folder, "openappsec").map((row) =>
    sample(
      row.expect_trigger ? "recorded attacks (open-appsec)" : "recorded browsing (open-appsec)",
      row.expect_trigger === true,
      row.site ?? neighbours(row.id, 20),
      sent(row),
    ),
  );
  const payloads = httpRows(folder, "gotestwaf").map((row) =>
    sample("gotestwaf", row.expect_trigger === true, row.id.split("/").slice(0, 3).join("/"), sent(row)),
  );
  const rules = httpRows(folder, "crs_tests")
    .filter((row) => row.expect_trigger === true && row.paranoia_level === 1 && /^REQUEST-9[34]/.test(row.rule_group ?? ""))
    .filter((row) => row.response_side !== true && row.raw_request === undefined)
    .map((row) => sample("tests of the OWASP Core Rule Set", true, row.rule_id ?? "", sent(row)));
  const strings = linesOf(join(folder, "libinjection_payloads.ndjson.gz")).map((line) => {
    const { id, payload, expect_trigger } = JSON.parse(line) as { id: string; payload: string; expect_trigger: boolean };
    return sample("libinjection", expect_trigger, neighbours(id, 50), asParameter(payload));
  });
  return [...recorded, ...payloads, ...rules, ...strings, ...parameters(folder)];
}

/** `payload,type,label`, the payload in quotes where it needs them. */
function parameters(folder: string): Sample[] {
  return linesOf(join(folder, "httpparams_train.csv.gz")).flatMap((line, i) => {
    const [, given = "", label] = /^(.*),\w[\w-]*,([01])\r?$/s.exec(line) ?? [];
    if (label === undefined) return [];
    const payload = given.startsWith('"') ? given.slice(1, -1).replaceAll('""', '"') : given;
    return [sample("HttpParams", label === "1", String(Math.floor((i - 1) / 100)), asParameter(payload))];
  });
}

const chatBodies = "chat bodies";

/** Prompts by their source, and the harmless ones once more as the bodies in which a chat client sends them. */
export function promptSamples(folder: string): Sample[] {
  return linesOf(join(folder, "prompts.ndjson.gz")).flatMap((line) => {
    const { id, source, label, text } = JSON.parse(line) as { id: string; source: string; label: 0 | 1; text: string };
    const prompt = sample(source, label === 1, id, { prompt: text.toWellFormed() });
    if (label === 1) return [prompt];
    const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: text }] });
    const headers = { "content-type": "application/json" };
    return [prompt, sample(chatBodies, false, id, { method: "POST", path: "/v1/chat/completions", headers, body })];
  });
}

/** Judged as a request, where a prompt alone is judged as one. */
export const isChatBody = ({ set }: Sample): boolean => set === chatBodies;

/** Requests of a public access log, as they came. */
export function loggedRequests(folder: string, name: string): RequestEventInput[] {
  return linesOf(join(folder, `${name}.ndjson.gz`)).map((line) => {
    const { id, ts, ip, method, uri, referer, ua, status } = JSON.parse(line) as Record<
      "id" | "ts" | "ip" | "method" | "uri" | "referer" | "ua",
      string
    > & {
      status: number;
    };
    const headers: Record<string, string> = referer === "-" || referer === "" ? {} : { referer };
    return { requestId: id, ts: Date.parse(ts) * 1_000, sourceIp: ip, method, path: uri, userAgent: ua, headers, httpStatus: status };
  });
}
