import { describe, expect, it } from "vitest";
import { type HeaderPolicy, maskHeaders } from "./http-secrets.ts";

const policy: HeaderPolicy = { address: (text) => `A(${text})`, user: (text) => `U(${text})`, prompts: true };
const header = (name: string, value: string, asked: Partial<HeaderPolicy> = {}) =>
  maskHeaders([{ name, value }], { ...policy, ...asked })[0]?.value;

describe("headers", () => {
  it.for([
    ["Authorization", "Bearer abcdef", "Bearer [secret]"],
    ["Proxy-Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=0f", "[secret]"],
    ["X-Auth", "abcdef", "[secret]"],
    ["X-Auth-Key", "abcdef", "[secret]"],
    ["X-Session-Id", "abcdef", "[secret]"],
    ["Ocp-Apim-Subscription-Key", "abcdef", "[secret]"],
    ["X-Amz-Security-Token", "abcdef", "[secret]"],
    ["X-Goog-Iap-Jwt-Assertion", "abcdef", "[secret]"],
    ["Set-Cookie", "sid=abc; HttpOnly", "[secret]"],
    ["X-Original-Cookie", "sid=abc", "[secret]"],
    ["Cookie", "sid=abc; theme", "sid=[secret];[secret]"],
    ["Referer", "https://u:p@example.com/reset/3f9aBc81d0aa?code=abc", "https://u:[secret]@example.com/reset/[secret]?code=[secret]"],
    ["X-Original-URL", "/a?accessToken=abc", "/a?accessToken=[secret]"],
    ["Location", "https://example.com/?ticket=abc", "https://example.com/?ticket=[secret]"],
    ["Link", '<https://example.com/?token=abc>; rel="next"', '<https://example.com/?token=[secret]>; rel="next"'],
    ["X-Contact", "ann@example.com", "[email]"],
    ["User-Agent", "bot (ann@example.com)", "A(bot ([email]))"],
    ["X-Forwarded-For", "198.51.100.7", "A(198.51.100.7)"],
    ["CF-Connecting-IP", "198.51.100.7", "A(198.51.100.7)"],
    ["X-Envoy-External-Address", "198.51.100.7", "A(198.51.100.7)"],
    ["X-Forwarded-User", "ann", "U(ann)"],
    ["Remote-User", "ann", "U(ann)"],
    ["X-Auth-Request-Email", "ann@example.com", "[secret]"],
    ["Accept", "*/*", "*/*"],
    ["Content-Type", "application/json", "application/json"],
  ] as const)("%s: %s is kept as %s", ([name, value, kept]) => expect(header(name, value)).toBe(kept));

  it("keep prompts in addresses only where they are kept", () =>
    expect(header("Referer", "https://example.com/?prompt=my+plan", { prompts: false })).toBe("https://example.com/?prompt=[prompt]"));
});
