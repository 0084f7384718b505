import { describe, expect, it } from "vitest";
import { isSecretName } from "./secret-names.ts";

describe("the name of a secret", () => {
  it.for([
    ...["password", "PASSWORD", "pass", "passwd", "pwd", "userPassword", "user[password]", "user%5Bpassword%5D", "pass%77ord"],
    ...["pass%2577ord", "new_password_confirmation", "token", "accessToken", "refresh_token", "sessionToken", "authToken", "idToken"],
    ...["csrfmiddlewaretoken", "XSRF-TOKEN", "apikey", "api_key", "apiKey", "X-API-Key", "APIKey", "client_secret", "clientSecret"],
    ...["X-Auth", "X-Auth-Key", "X-Session-Id", "JSESSIONID", "PHPSESSID", "connect.sid", "Ocp-Apim-Subscription-Key", "X-Amz-Signature"],
    ...[
      "X-Amz-Credential",
      "sig",
      "jwt",
      "otp",
      "pin",
      "cvv",
      "code",
      "key",
      "sort_key",
      "Set-Cookie",
      "Proxy-Authorization",
      "SAMLResponse",
    ],
    ...["code_verifier", "ticket", "X-Goog-Iap-Jwt-Assertion", "masterKey", "a.b.secret", "private-key", "tokens"],
  ])("is %s", (name) => expect(isSecretName(name)).toBe(true));

  it.for([
    ...["", "q", "page", "author", "authority", "keyword", "max_tokens", "maxTokens", "num_tokens", "tokenizer", "monkey", "pineapple"],
    ...["opinion", "spin", "codec", "signal", "assigned", "inside", "compass", "bypass", "accept", "user-agent", "encode", "design"],
  ])("is not %s", (name) => expect(isSecretName(name)).toBe(false));

  it("is a narrower thing in a text", () => {
    for (const name of ["code", "key", "ticket"]) expect(isSecretName(name, { inText: true })).toBe(false);
    for (const name of ["accessToken", "api_key", "pin"]) expect(isSecretName(name, { inText: true })).toBe(true);
  });

  it("is decided for a megabyte within a second", () => {
    for (const piece of ["a", "aB", "pass%", "-", "%25", "token"]) {
      const began = performance.now();
      isSecretName(piece.repeat(1_000_000 / piece.length));
      expect(performance.now() - began).toBeLessThan(1_000);
    }
  });
});
