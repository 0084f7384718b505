import { describe, expect, it } from "vitest";
import { clusterId } from "./kafka-cluster-id.ts";

describe("a cluster's id", () => {
  it("never begins with a dash", () => {
    const drawn = [Buffer.alloc(16, 0xfb), Buffer.alloc(16, 0xf8), Buffer.alloc(16, 1)];
    expect(drawn[0]?.toString("base64url")).toMatch(/^-/);
    expect(clusterId(() => drawn.shift() ?? Buffer.alloc(16, 2))).toBe(Buffer.alloc(16, 1).toString("base64url"));
  });

  it("is another each time", () => expect(clusterId()).not.toBe(clusterId()));
});
