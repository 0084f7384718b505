import { ClickHouseError } from "@clickhouse/client";
import { describe, expect, it } from "vitest";
import { clickHouseFault } from "./classify.ts";

const said = (code: string) => new ClickHouseError({ code, message: "m", type: "T" });

describe("clickHouseFault", () => {
  it.for([
    [said("252"), "GW_CLICKHOUSE_UNREACHABLE"],
    [said("159"), "GW_CLICKHOUSE_UNREACHABLE"],
    [said("241"), "GW_CLICKHOUSE_UNREACHABLE"],
    [Object.assign(new Error(""), { code: "ECONNREFUSED" }), "GW_CLICKHOUSE_UNREACHABLE"],
    [new Error("Timeout error."), "GW_CLICKHOUSE_UNREACHABLE"],
    [said("27"), "GW_ROW_REFUSED"],
    [said("469"), "GW_ROW_REFUSED"],
    [said("60"), "GW_CLICKHOUSE_REFUSED"],
    [said("497"), "GW_CLICKHOUSE_REFUSED"],
    [new TypeError("x is not a function"), "GW_GRAPH_BROKEN"],
  ] as const)("%s is %s", ([error, code]) => {
    expect(clickHouseFault(error, "inserting")).toMatchObject({ code, message: expect.stringContaining("inserting") });
  });

  it("says what is known where the error itself says nothing", () => {
    expect(clickHouseFault(Object.assign(new Error(""), { code: "ECONNREFUSED" }), "asking").message).toContain("ECONNREFUSED");
  });
});
