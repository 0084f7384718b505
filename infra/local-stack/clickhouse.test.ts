import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClickHousePart, startClickHouse } from "./clickhouse.ts";
import { clickHouseLibrary } from "./clickhouse-library.ts";

const engine = (() => {
  try {
    return clickHouseLibrary();
  } catch {
    return undefined;
  }
})();

describe.skipIf(engine === undefined)("the local ClickHouse", { timeout: 60_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), "gatewatch-ch-"));
  let part: ClickHousePart;
  const ask = async (query: string, password?: string) => {
    const headers: Record<string, string> = password === undefined ? {} : { "x-clickhouse-user": part.user, "x-clickhouse-key": password };
    const response = await fetch(part.address, { method: "POST", body: query, headers });
    return (await response.text()).trim();
  };
  beforeAll(async () => {
    part = await startClickHouse({ dataDir: dir, port: 0 });
  });
  afterAll(async () => {
    await part.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it("lets anyone on this machine read tables, and nothing else", async () => {
    await ask("CREATE TABLE default.t (a Int8) ENGINE = MergeTree ORDER BY a", part.password);
    await ask("INSERT INTO default.t VALUES (7)", part.password);
    expect(await ask("SELECT a FROM t")).toBe("7");
    for (const query of [
      "SELECT * FROM file('/etc/passwd', 'LineAsString')",
      "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
      "SELECT * FROM remote('127.0.0.1:9000', 'system', 'one')",
      "SELECT * FROM s3('http://127.0.0.1:1/bucket/x', 'LineAsString')",
      "INSERT INTO FUNCTION file('/tmp/gatewatch-x.csv', 'CSV', 'a Int8') VALUES (1)",
      "INSERT INTO t VALUES (8)",
      "CREATE TABLE u (a Int8) ENGINE = Memory",
      "DROP TABLE t",
      "SYSTEM STOP LISTEN HTTP",
      "KILL QUERY WHERE query LIKE '%keeps-listening%' SYNC SETTINGS readonly = 0",
      "SELECT 1 SETTINGS readonly = 0",
      "SELECT 1 SETTINGS max_memory_usage = 0",
    ]) {
      expect(await ask(query), query).toMatch(/Code: (497|164|452)\./);
    }
    expect(await ask("SELECT a FROM t")).toBe("7");
  });

  it("gives the writing user no way to files or addresses either", async () => {
    expect(await ask("SELECT * FROM file('/etc/passwd', 'LineAsString')", part.password)).toContain("Code: 497.");
    expect(await ask("SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", part.password)).toContain("Code: 497.");
    expect(await ask("SELECT 1", "wrong")).toContain("Code: 516.");
  });

  it("keeps its password readable by the owner alone", () => {
    expect(statSync(part.passwordFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(part.passwordFile, "utf8")).toBe(part.password);
    expect(readFileSync(join(dir, "users.xml"), "utf8")).not.toContain(part.password);
  });

  it("refuses a second server over the same data, and leaves the first alone", async () => {
    await expect(startClickHouse({ dataDir: dir, port: 0 })).rejects.toMatchObject({ code: "GW_DATA_DIR_BUSY" });
    expect(await ask("SELECT 1")).toBe("1");
  });

  it("stops within seconds and finds its tables and its password again", async () => {
    const before = part.password;
    const began = performance.now();
    await part.stop();
    expect(performance.now() - began).toBeLessThan(5_000);
    await expect(ask("SELECT 1")).rejects.toThrow();
    part = await startClickHouse({ dataDir: dir, port: 0 });
    expect(part.password).toBe(before);
    expect(await ask("SELECT a FROM t")).toBe("7");
  });
});
