import { randomBytes } from "node:crypto";
import { type ClickHouseClient, openClickHouse } from "../../infra/clickhouse/client.ts";
import { sharedPart } from "./shared-part.ts";

export interface RealClickHouse {
  readonly address: string;
  readonly user: string;
  readonly password: string;
  /** Of the writing user. Close it when the tests are done. */
  readonly client: ClickHouseClient;
  /** A name that no other test has. */
  ownDatabase(): string;
}

/** The ClickHouse of this test run. Undefined where this machine has none; skip then. */
export async function realClickHouse(): Promise<RealClickHouse | undefined> {
  const part = await sharedPart("clickhouse");
  if (part === undefined) return undefined;
  const { address, password = "" } = part;
  const client = openClickHouse({ url: address, user: "gatewatch", password });
  return { address, user: "gatewatch", password, client, ownDatabase: () => `t_${randomBytes(6).toString("hex")}` };
}
