import { describe, expect, it } from "vitest";
import { murmur2, murmur2Partition } from "./murmur2.ts";

describe("murmur2", () => {
  // org.apache.kafka.common.utils.Utils.murmur2 of Kafka 4.3.1.
  it.for([
    ["", 275646681],
    ["a", -1563381124],
    ["ab", 316155434],
    ["abc", 479470107],
    ["abcd", -1323649548],
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["deployment-7/layer-12", 103893089],
    ["ümläut-中", 1596611355],
  ] as const)("of %j is what Java makes of it", ([key, hash]) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it("takes bytes above 127 as they are", () => {
    expect(murmur2(Buffer.from([255, 0, 128, 127, 200]))).toBe(1841549507);
  });

  it("gives a partition within the number there are, and 0 without a key", () => {
    expect(murmur2Partition(Buffer.from("a"), 12)).toBe(4);
    expect(murmur2Partition(null, 12)).toBe(0);
  });
});
