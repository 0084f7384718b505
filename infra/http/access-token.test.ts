import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tokenIn } from "./access-token.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatewatch-token-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("a token in a file", () => {
  it("is made once, long and for the owner's eyes alone", () => {
    const file = join(dir, "data", "token");
    const token = tokenIn(file);
    expect(token).toMatch(/^[\w-]{32}$/);
    expect(tokenIn(file)).toBe(token);
    expect(readFileSync(file, "utf8")).toBe(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(tokenIn(join(dir, "other"))).not.toBe(token);
  });

  it("may be one's own, whose file is closed to others", () => {
    const file = join(dir, "token");
    writeFileSync(file, "a token of my own\n");
    chmodSync(file, 0o644);
    expect(tokenIn(file)).toBe("a token of my own");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("is refused where it could be guessed", () => {
    const file = join(dir, "token");
    writeFileSync(file, "secret");
    expect(() => tokenIn(file)).toThrow(expect.objectContaining({ code: "GW_CONFIG_INVALID", message: expect.stringContaining(file) }));
  });
});
