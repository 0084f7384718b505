import { expect, it } from "vitest";
import { keyedHash } from "./keyed-hash.ts";

it("is 128 bits of HMAC-SHA-256, the same for the same", () => {
  // printf 'address\000192.0.2.1' | openssl dgst -sha256 -hmac 0123456789abcdef
  expect(keyedHash("0123456789abcdef", "address", "192.0.2.1")).toBe("9e4c73381cd94c14dacd2642d5127f99");
});

it("differs by key, by kind and by value", () => {
  const all = [keyedHash("k", "user", "a"), keyedHash("l", "user", "a"), keyedHash("k", "key", "a"), keyedHash("k", "user", "b")];
  expect(new Set(all).size).toBe(4);
});
