import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import type { Intake } from "../../infra/ingest/intake.ts";
import type { BadLine } from "../../infra/ingest/logs/bad-lines.ts";
import { nginxCombined } from "../../infra/ingest/logs/nginx-combined.ts";
import { startTail } from "../../infra/ingest/logs/tail-log.ts";
import type { RequestEventInput } from "../../schemas/types/avro.ts";
import { publicData } from "../parts/public-data.ts";

const folder = publicData("D_access_logs");
/** One line of a public log as somebody else's reader took it apart. */
interface Row {
  readonly ts: string;
  readonly ip: string;
  readonly method: string;
  readonly uri: string;
  readonly proto: string;
  readonly status: number;
  readonly bytes: number;
  readonly referer: string;
  readonly ua: string;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const escaped = (text: string) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');

/** The line it was. */
function combined({ ts, ip, method, uri, proto, status, bytes, referer, ua }: Row): string {
  const time = new Date(ts).toISOString();
  const [date = "", clock = ""] = time.slice(0, 19).split("T");
  const [year, month, day] = date.split("-");
  const request = escaped([method, uri, proto].filter((part) => part !== "").join(" "));
  const when = `${day}/${months[Number(month) - 1]}/${year}:${clock} +0000`;
  return `${ip} - - [${when}] "${request}" ${status} ${bytes} "${escaped(referer)}" "${escaped(ua)}"`;
}

describe.skipIf(folder === undefined)("public access logs (of shared/data)", () => {
  const dir = mkdtempSync(join(tmpdir(), "gatewatch-real-logs-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.for(["elastic_apache_10k", "ocatak_acunetix_scan", "secrepo_2021-10-22"])("%s: every line is the request it was", async (name) => {
    const rows = gunzipSync(readFileSync(join(folder ?? "", `${name}.ndjson.gz`)))
      .toString()
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text) as Row);
    const log = join(dir, `${name}.log`);
    writeFileSync(log, rows.map((row) => `${combined(row)}\n`).join(""));
    const taken: RequestEventInput[] = [];
    const bad: BadLine[] = [];
    const intake: Intake = {
      async take(_topic, values) {
        taken.push(...(values as unknown as RequestEventInput[]));
        return { accepted: values.length, faults: [] };
      },
    };
    const badLines = async (_topic: string, _stage: string, lines: readonly BadLine[]) => void bad.push(...lines);
    const options = { format: nginxCombined, path: log, stateDir: join(dir, "state"), badLines, pollMs: 10 };
    const tail = await startTail(options, intake, () => undefined);
    await expect.poll(() => taken.length + bad.length, { timeout: 20_000 }).toBe(rows.length);
    await tail.stop();
    expect(bad.map(({ line }) => String(line.bytes))).toEqual([]);
    expect(new Set(taken.map(({ eventId }) => eventId)).size).toBe(rows.length);
    const known = (text: string) => (text === "" || text === "-" ? null : text);
    const differing = rows.flatMap((row, i) => {
      const { ts, sourceIp, method, path, httpStatus, userAgent } = taken[i] ?? ({} as RequestEventInput);
      const same =
        ts === Date.parse(row.ts) * 1_000 &&
        sourceIp === row.ip &&
        method === known(row.method) &&
        path === known(row.uri) &&
        httpStatus === row.status;
      return same && userAgent === known(row.ua) ? [] : [{ row, taken: taken[i] }];
    });
    expect(differing).toEqual([]);
  });
});
