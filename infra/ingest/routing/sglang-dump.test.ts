import { describe, expect, it } from "vitest";
import { python, torchArchive as saved } from "../../../test/ingest/torch-archive.ts";
import { countedWindows } from "./expert-counts.ts";
import { sglangDump } from "./sglang-dump.ts";

const map = "long((2, 4), [0, 1, 2, 0, 2, 1, 0, 1])";
const pass = (rank: number, counts: string) =>
  `{"forward_pass_id": 7, "rank": ${rank}, "gatherer_key": "primary", "misc_objects": [], "global_physical_count": tensor((2, 4), ${counts})}`;

describe.skipIf(!python)("a dump of SGLang's recorder (fixtures want python3)", () => {
  it("of mode stat: passes added up, layer by layer", () => {
    const file = saved(
      `{"rank": 0, "logical_count": tensor((2, 2, 3), [0, 0, 0, 4, 1, 1, 0, 0, 0, 2, 2, 2]), "average_utilization_rate_over_window": None}`,
    );
    const dump = sglangDump(file);
    expect(dump).toEqual({
      numExperts: 3,
      counts: [
        [0, 0, 0],
        [6, 3, 3],
      ],
    });
    const about = { windowStart: 1_767_225_600_000_000, windowEnd: 1_767_225_660_000_000, instanceId: "sglang-0", topK: 2 };
    expect(countedWindows({ ...about, ...dump })).toMatchObject([{ layer: 1, expertCounts: [6, 3, 3], tokens: 6, topK: 2 }]);
  });

  it("of modes per_pass and per_token: physical experts, with the map and the rank", () => {
    const records = `[${pass(3, "[1, 2, 3, 4, 0, 0, 0, 0]")}, ${pass(3, "[1, 0, 0, 0, 5, 0, 0, 1]")}]`;
    expect(sglangDump(saved(`{"records": ${records}, "last_physical_to_logical_map": ${map}}`))).toEqual({
      rank: 3,
      numExperts: 3,
      counts: [
        [2, 2, 3, 4],
        [5, 0, 0, 1],
      ],
      physicalToLogical: [
        [0, 1, 2, 0],
        [2, 1, 0, 1],
      ],
    });
  });

  it("of as many slots as there may be: no call has so many arguments", () => {
    const many = "long((100, 3000), [0, 1, 2] * 100000)";
    const counted = '{"rank": 0, "global_physical_count": tensor((100, 3000), [1, 2, 3] * 100000)}';
    expect(sglangDump(saved(`{"records": [${counted}], "last_physical_to_logical_map": ${many}}`)).numExperts).toBe(3);
  });

  it("reads views: other strides, and a storage that begins earlier", () => {
    const file = saved(`{"logical_count": tensor((1, 2, 3), [9, 1, 4, 2, 5, 3, 6], strides=(6, 1, 2), offset=1)}`);
    expect(sglangDump(file).counts).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it.for([
    ['{"logical_count": Hostile()}', "which is neither a count nor a map"],
    ['{"logical_count": Tensor("f", (1, 1, 1), [0.5])}', "torch.FloatStorage"],
    ['{"other": 1}', "neither logical_count nor records"],
    ["[1]", "it holds no map"],
    [`{"records": [], "last_physical_to_logical_map": ${map}}`, "has counted no pass"],
    [
      `{"records": [${pass(0, "[1] * 8")}, {"global_physical_count": tensor((1, 4), [1] * 4)}], "last_physical_to_logical_map": ${map}}`,
      "different shapes",
    ],
    ['{"logical_count": tensor((1, 50, 50), [1])}', "reading the file as one of torch.save"],
    ['{"logical_count": tensor((1, 100000, 100000), [1], strides=(0, 0, 0))}', "too large"],
  ] as const)("refuses %s", ([expression, message]) => {
    expect(() => sglangDump(saved(expression))).toThrow(message);
  });

  it("refuses what is cut, empty or no archive", () => {
    const file = saved(`{"logical_count": tensor((1, 1, 2), [1, 2])}`);
    for (const bytes of [file.subarray(0, file.length - 30), new Uint8Array(0), new TextEncoder().encode("no archive")]) {
      expect(() => sglangDump(bytes)).toThrow(expect.objectContaining({ code: "GW_RECORD_UNREADABLE" }));
    }
  });
});
