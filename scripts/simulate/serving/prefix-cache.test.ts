import { describe, expect, it } from "vitest";
import { PrefixCache } from "./prefix-cache.ts";

describe("the prefix cache", () => {
  it("counts the unbroken front only", () => {
    const cache = new PrefixCache(10);
    expect(cache.use([1, 2, 3])).toBe(0);
    expect(cache.use([1, 2, 3])).toBe(3);
    expect(cache.use([1, 2, 9, 3])).toBe(2);
    expect(cache.use([8, 1, 2])).toBe(0);
    expect(cache.use([])).toBe(0);
  });

  it("drops tails before fronts, and what was used longest ago first", () => {
    const cache = new PrefixCache(4);
    cache.use([1, 2, 3]);
    cache.use([7, 8]);
    // 3 was the oldest of five.
    expect(cache.use([1, 2, 3])).toBe(2);
    expect(cache.use([7, 8])).toBe(1);
  });
});
