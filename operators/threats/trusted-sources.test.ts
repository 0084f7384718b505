import { expect, it } from "vitest";
import { trustedSources } from "./trusted-sources.ts";

it("knows addresses and ranges, and trusts nobody where none are listed", () => {
  const trusted = trustedSources(["10.0.0.0/8", "2001:db8::1"]);
  expect(["10.1.2.3", "2001:db8:0::1", "192.0.2.1", "", "no address"].map(trusted)).toEqual([true, true, false, false, false]);
  expect(trustedSources([])("10.1.2.3")).toBe(false);
});

it("names the entry that is neither", () => {
  expect(() => trustedSources(["10.0.0.0/8", "proxy-1"])).toThrow(
    expect.objectContaining({ code: "GW_CONFIG_INVALID", message: expect.stringContaining("proxy-1") }),
  );
});
