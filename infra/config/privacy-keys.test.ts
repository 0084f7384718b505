import { expect, it } from "vitest";
import { protect } from "../../operators/privacy/protect.ts";
import { requestDefaults } from "../../test/pipelines/requests.ts";
import { privacySettings } from "./privacy-keys.ts";

it("keeps masked beginnings and no hashes where nothing is said", () => {
  expect(privacySettings.parse({})).toEqual({
    ...{ prompts: "excerpt", bodies: "excerpt", excerptChars: 512, hashAddresses: false, hashUsers: false, hashKey: "" },
  });
});

it("wants a key before it hashes: without one anyone could undo it", () => {
  const message = /16 characters/;
  expect(() => privacySettings.parse({ hashAddresses: true })).toThrow(message);
  expect(() => privacySettings.parse({ hashUsers: true, hashKey: "short" })).toThrow(message);
  expect(privacySettings.parse({ hashUsers: true, hashKey: "0123456789abcdef" }).hashUsers).toBe(true);
});

it("is the policy that requests are protected by", () => {
  const event = protect({ ...requestDefaults, prompt: "to ann@example.com" }, privacySettings.parse({}));
  expect(event.prompt).toBe("to [email]");
});
