import { describe, expect, it } from "vitest";
import { stablePositions } from "./stable-positions.ts";

describe("OffsetFetch with require_stable", () => {
  it("is written as version 7 wants it", () => {
    const asked = { groupId: "g", topics: [{ topic: "ab", partitions: [{ partition: 3 }] }] };
    expect(stablePositions.encode(asked).toString("hex")).toBe("00" + "0267" + "02" + "036162" + "02" + "00000003" + "00" + "01" + "00");
  });

  it("is read with its metadata, nulls and tagged fields it does not know", () => {
    const answer = Buffer.from(
      "00" +
        "00000000" +
        "02" +
        "036162" +
        "03" +
        "00000003" +
        "0000000000000102" +
        "ffffffff" +
        "036263" +
        "0000" +
        "00" +
        "00000004" +
        "ffffffffffffffff" +
        "ffffffff" +
        "00" +
        "0003" +
        "01" +
        "05" +
        "02" +
        "aabb" +
        "00" +
        "0000" +
        "00",
      "hex",
    );
    expect(stablePositions.decode(answer)).toEqual({
      errorCode: 0,
      responses: [
        {
          topic: "ab",
          partitions: [
            { partition: 3, offset: "258", metadata: "bc", errorCode: 0 },
            { partition: 4, offset: "-1", metadata: null, errorCode: 3 },
          ],
        },
      ],
    });
  });

  it("takes names longer than one byte of length", () => {
    const asked = { groupId: "g".repeat(200), topics: [] };
    expect(stablePositions.encode(asked).subarray(0, 3).toString("hex")).toBe("00c901");
  });
});
