import { createHash } from "node:crypto";
import { totalmem } from "node:os";

/** Makes tables and writes; `default` only reads. */
export const writingUser = "gatewatch";

const mebibyte = 1 << 20;

/**
 * For a laptop that also runs Kafka, a registry and workers. No query_log and no part_log: the `system` database is in memory
 * here, and a second start with them hangs.
 */
export function serverConfig(usersFile: string, totalBytes = totalmem()): string {
  const serverBytes = Math.min(2_048 * mebibyte, Math.floor(totalBytes / 3));
  return `<clickhouse>
  <users_config>${escaped(usersFile)}</users_config>
  <timezone>UTC</timezone>
  <max_server_memory_usage>${serverBytes}</max_server_memory_usage>
  <mark_cache_size>${64 * mebibyte}</mark_cache_size>
  <index_mark_cache_size>${16 * mebibyte}</index_mark_cache_size>
  <primary_index_cache_size>${64 * mebibyte}</primary_index_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <max_thread_pool_size>500</max_thread_pool_size>
  <max_concurrent_queries>200</max_concurrent_queries>
</clickhouse>
`;
}

/**
 * `default` needs SYSTEM LISTEN for one moment: the server's own session, which opens the port, is that user's. It is started
 * with readonly=0, while everybody who comes over HTTP gets the profile's readonly=2, under which the grant is void. Without
 * a SOURCES grant (READ ON FILE, URL, REMOTE, S3 …) no table function reaches beyond the tables.
 */
export function usersConfig(password: string): string {
  const hash = createHash("sha256").update(password).digest("hex");
  const loopback = "<networks><ip>127.0.0.1</ip><ip>::1</ip></networks>";
  const grants = (rights: readonly string[]) =>
    `<grants>${rights.map((right) => `<query>GRANT ${right} ON *.*</query>`).join("")}</grants>`;
  return `<clickhouse>
  <profiles>
    <default></default>
    <reader>
      <readonly>2</readonly>
      <max_memory_usage>${1_024 * mebibyte}</max_memory_usage>
      <max_execution_time>60</max_execution_time>
      <cancel_http_readonly_queries_on_client_close>1</cancel_http_readonly_queries_on_client_close>
      <constraints>
        <max_memory_usage><min>1</min><max>${1_024 * mebibyte}</max></max_memory_usage>
        <max_execution_time><min>1</min><max>300</max></max_execution_time>
      </constraints>
    </reader>
  </profiles>
  <quotas><default></default></quotas>
  <users>
    <default>
      <no_password/>${loopback}<profile>reader</profile><quota>default</quota>
      ${grants(["SELECT", "SHOW", "SYSTEM LISTEN"])}
    </default>
    <${writingUser}>
      <password_sha256_hex>${hash}</password_sha256_hex>${loopback}<profile>default</profile><quota>default</quota>
      ${grants(writerRights)}
    </${writingUser}>
  </users>
</clickhouse>
`;
}

const writerRights = [
  "SELECT",
  "INSERT",
  "ALTER",
  "CREATE",
  "DROP",
  "TRUNCATE",
  "OPTIMIZE",
  "SHOW",
  "TABLE ENGINE",
  "KILL QUERY",
  "SYSTEM MERGES",
];

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
