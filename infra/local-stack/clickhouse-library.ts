import { createRequire } from "node:module";
import { Fault } from "../../schemas/faults/fault.ts";

/** Both are optional dependencies: npm leaves out what does not exist for a platform. */
export function clickHouseLibrary(): string {
  const { resolve } = createRequire(import.meta.url);
  const name = `@chdb/lib-${process.platform}-${process.arch}${process.platform === "linux" ? "-gnu" : ""}`;
  try {
    resolve("ffi-rs");
    return resolve(`${name}/libchdb.so`);
  } catch (error) {
    const message = `the local ClickHouse needs the packages ${name} and ffi-rs: run npm ci, set CLICKHOUSE_URL, or start Docker`;
    throw new Fault("GW_PART_MISSING", message, { package: name }, error);
  }
}
