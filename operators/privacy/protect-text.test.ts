import { expect, it } from "vitest";
import { type PrivacyPolicy, protect, protectText } from "./protect.ts";

const policy: PrivacyPolicy = {
  ...{ prompts: "none", bodies: "none", excerptChars: 200, hashUsers: false },
  ...{ hashAddresses: true, hashKey: "a key of some length, for tests" },
};
const line = '198.51.100.7 - - [01/Jan/2099:10:05:03 +0000] "GET /v1?access_token=hjkl4567poiu HTTP/1.1" 200 6 "-" "curl/8.1"';

it("masks secrets and addresses in a line that nobody understood, and leaves the rest", () => {
  const kept = protectText(line, policy);
  expect(kept).not.toMatch(/hjkl4567poiu|198\.51\.100\.7/);
  expect(kept).toMatch(/- - \[01\/Jan\/2099:10:05:03 \+0000\] "GET \/v1\?access_token=\S+ HTTP\/1\.1" 200 6 "-" "curl\/8\.1"$/);
});

it("hashes an address to what a request has for it", () => {
  const { sourceIp } = protect(
    { sourceIp: "198.51.100.7", path: null, userAgent: null, headers: null, prompt: null, body: null } as never,
    policy,
  );
  expect(protectText(line, policy).startsWith(`${sourceIp} - -`)).toBe(true);
  expect(protectText(line, { ...policy, hashAddresses: false }).startsWith("198.51.100.7 - -")).toBe(true);
});
