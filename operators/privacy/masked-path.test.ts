import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskPath } from "./masked-path.ts";

const kept: readonly (readonly [path: string, masked: string])[] = [
  // By the name of a parameter, however it is written.
  ["/a?token=abc&x=1", "/a?token=[secret]&x=1"],
  ["/a?accessToken=abc", "/a?accessToken=[secret]"],
  ["/a?refreshToken=abc&sessionToken=abc&authToken=abc", "/a?refreshToken=[secret]&sessionToken=[secret]&authToken=[secret]"],
  ["/a?userPassword=hunter2", "/a?userPassword=[secret]"],
  ["/a?user[password]=hunter2", "/a?user[password]=[secret]"],
  ["/a?user%5Bpassword%5D=hunter2", "/a?user%5Bpassword%5D=[secret]"],
  ["/a?pass%77ord=hunter2", "/a?pass%77ord=[secret]"],
  ["/a?password=", "/a?password="],
  ["/a?x=1#access_token=abc", "/a?x=1#access_token=[secret]"],
  ["/a?x=1;token=abc", "/a?x=1;token=[secret]"],
  ["/?X-Amz-Credential=AKIA/x&X-Amz-Signature=0f0f", "/?X-Amz-Credential=[secret]&X-Amz-Signature=[secret]"],
  ["/?next=%2Fcb%3FaccessToken%3Dabc", "/?next=%2Fcb%3FaccessToken%3D[secret]"],
  ["/?filter=%7B%22apiKey%22%3A%22abc%22%7D", "/?filter=%7B%22apiKey%22%3A%22[secret]%22%7D"],
  // By its place in the path.
  ["/login;jsessionid=ABCDEF123?x=1", "/login;jsessionid=[secret]?x=1"],
  ["/reset/3f9aBc81d0aa", "/reset/[secret]"],
  ["/account/password-reset/ann/3f9aBc81d0aa/done", "/account/password-reset/ann/[secret]/done"],
  ["/api/webhooks/123456/abcDEF-ghiJKL012345", "/api/webhooks/123456/[secret]"],
  ["/verify/ann@example.com/12345678", "/verify/[email]/[secret]"],
  ["/v1/sessions/4f2a9c11-aaaa-bbbb-cccc-1234567890ab/messages", "/v1/sessions/[secret]/messages"],
  ["/bot123456789:AAE-abcdefghijklmnopqrstuvwxyz01234/send", "/[secret]/send"],
  ["/proxy/https://ann:pw@host/x", "/proxy/https://ann:[secret]@host/x"],
  ["/proxy/https://mytoken123@host/x", "/proxy/https://[secret]@host/x"],
  // By its form.
  ["/users/ann%40example.com/posts/x%20y", "/users/[email]/posts/x%20y"],
  ["/users/ann%2540example.com/x", "/users/[email]/x"],
  ["/a?q=%2B44%2020%207946%200958%20%zz", "/a?q=[phone]%20%25zz"],
  ["/from/192.0.2.17/x", "/from/[address]/x"],
];

describe("a path", () => {
  it.for(kept)("%s is kept as %s", ([path, masked]) => expect(maskPath(path)).toBe(masked));

  it.for([
    "/v1/chat/completions",
    "/v1/models?limit=20&after=m-7&max_tokens=256",
    "/auth/realms/master/protocol/openid-connect/token",
    "/reset",
    "/files/2026/report.pdf?author=x",
    "/?url=http://169.254.169.254/latest/meta-data/",
    "/proxy/http://127.0.0.1:8080/x",
    "/reset/1'%20or%20'1'='1",
    "/?token=1%27%20union%20select%20a%20from%20b--",
  ])("%s stays as it is", (path) => expect(maskPath(path)).toBe(path));

  it("keeps prompts only where they are kept", () => {
    expect(maskPath("/generate?prompt=my+plan&n=2")).toBe("/generate?prompt=my+plan&n=2");
    expect(maskPath("/generate?pr%6Fmpt=my+plan&n=2", { prompts: false })).toBe("/generate?pr%6Fmpt=[prompt]&n=2");
    expect(maskPath("/?text=1'+union+select+a+from+b--", { prompts: false })).toContain("union");
  });

  it("never shows a secret, whatever stands around it", () => {
    const name = fc.constantFrom("token", "accessToken", "user[password]", "api_key", "X-Amz-Signature", "jwt", "pass%77ord");
    const word = fc.stringMatching(/^[a-z]{0,9}$/);
    fc.assert(
      fc.property(name, word, word, fc.constantFrom("?", "?a=1&", "?&&", "?x&"), (secret, before, after, mark) => {
        expect(maskPath(`/${before}${mark}${secret}=Zq7Zq7&b=${after}`)).not.toContain("Zq7");
      }),
    );
  });
});
