import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Indicator, RequestEvent } from "../../schemas/types/avro.ts";
import { requestDefaults } from "../../test/pipelines/requests.ts";
import { conforms } from "../conformance/conforms.ts";
import { DrivenStores, drive, driveWith } from "../conformance/drive.ts";
import type { StoreFactory } from "../stream/stage.ts";
import { type IntelInput, intelMatch } from "./intel-match.ts";

const second = 1_000_000;
const now = requestDefaults.ts;
const learnt = (given: Partial<Indicator>): IntelInput => {
  const value: Indicator = { ...none, ...given };
  return { change: { key: value.indicator, value } };
};
const none: Indicator = {
  ...{ indicator: "192.0.2.1", type: "ADDRESS", ts: now, source: "list", confidence: 0.9, category: "", description: "", expiresTs: null },
};
const asked = (given: Partial<RequestEvent>): IntelInput => ({ event: { ...requestDefaults, sourceIp: "192.0.2.1", ...given } });
const takenBack = (key: string): IntelInput => ({ change: { key, value: null } });
const make = (store: StoreFactory) => intelMatch("known", { maxIndicators: 4, store });
const met = (...records: IntelInput[]) =>
  drive(make, [{ watermark: 0, records }]).out.map((sighting) => sighting.met.map(({ known, place }) => `${known.indicator} as ${place}`));

describe("known indicators", () => {
  conforms({
    make,
    records: fc.oneof(
      fc
        .record({
          indicator: fc.constantFrom("192.0.2.1", "192.0.2.0/24", "192.0.0.0/16", "x", "curl", "192.0.2.2"),
          type: fc.constantFrom("ADDRESS", "RANGE", "AGENT", "HASH", "DOMAIN"),
          expiresTs: fc.constantFrom(null, now - second, now + second),
        })
        .map((one) => learnt(one as Partial<Indicator>)),
      fc.constantFrom("192.0.2.1", "192.0.2.0/24", "x").map(takenBack),
      fc
        .record({ sourceIp: fc.constantFrom("192.0.2.1", "192.0.2.2", "x", "", null), userAgent: fc.constantFrom("curl/8", null) })
        .map(asked),
    ),
    time: () => 0,
    drops: ["table-full"],
    maxKeys: 1,
  });

  it("meet a request from where they stand in the order, not before", () => {
    expect(met(asked({}), learnt({}), asked({}))).toEqual([[], ["192.0.2.1 as source address"]]);
  });

  it("are forgotten when they are taken back, and replaced by a newer record", () => {
    expect(met(learnt({}), takenBack("192.0.2.1"), asked({}))).toEqual([[]]);
    const [sighting] = drive(make, [{ watermark: 0, records: [learnt({}), learnt({ confidence: 0.2 }), asked({})] }]).out;
    expect(sighting?.met.map(({ known }) => known.confidence)).toEqual([0.2]);
  });

  it("are ignored once they have expired, by the time of the request", () => {
    const until = learnt({ expiresTs: now + second });
    expect(met(until, asked({ ts: now }), asked({ ts: now + second }), asked({ ts: now + 5 * second }))).toEqual([
      ["192.0.2.1 as source address"],
      [],
      [],
    ]);
  });

  it.for([
    [{ indicator: "192.0.2.0/24", type: "RANGE" }, {}, "192.0.2.0/24 as source address"],
    [{ indicator: "::ffff:192.0.2.1", type: "ADDRESS" }, {}, "::ffff:192.0.2.1 as source address"],
    [{ indicator: "EvilBot", type: "AGENT" }, { userAgent: "Mozilla/5.0 evilbot/1" }, "EvilBot as user agent"],
    [{ indicator: "abcd", type: "HASH" }, { sourceIp: "ABCD" }, "abcd as hash"],
    [{ indicator: "evil.example", type: "DOMAIN" }, { path: "/?u=https%3A%2F%2Fwww.evil.example%2Fx" }, "evil.example as host in path"],
    [
      { indicator: "evil.example", type: "DOMAIN" },
      { headers: [{ name: "Referer", value: "http://evil.example/" }] },
      "evil.example as host in referer",
    ],
  ] as const)("of %j are met", ([indicator, request, expected]) => {
    expect(met(learnt(indicator), asked(request as Partial<RequestEvent>))).toEqual([[expected]]);
  });

  it.for([
    [{ indicator: "192.0.2.0/24", type: "RANGE" }, { sourceIp: "192.0.3.1" }],
    [{ indicator: "nonsense", type: "ADDRESS" }, {}],
    [{ indicator: "", type: "AGENT" }, { userAgent: "curl" }],
    [{ indicator: "evil.example", type: "DOMAIN" }, { path: "/?u=https://notevil.example/" }],
    [{ indicator: "192.0.2.9", type: "ADDRESS" }, { headers: [{ name: "X-Forwarded-For", value: "192.0.2.9" }] }],
  ] as const)("of %j are not met by something else", ([indicator, request]) => {
    expect(met(learnt(indicator as Partial<Indicator>), asked(request as Partial<RequestEvent>))).toEqual([[]]);
  });

  it("are met once a request, however often it meets them", () => {
    const path = "/?a=https://a.evil.example/&b=https://b.evil.example/";
    expect(met(learnt({ indicator: "evil.example", type: "DOMAIN" }), asked({ path }))).toEqual([["evil.example as host in path"]]);
    const hash = { indicator: "abcd", type: "HASH" } as const;
    expect(met(learnt(hash), asked({ userHash: "abcd", apiKeyHash: "abcd" }))).toEqual([["abcd as hash"]]);
  });

  it("are met behind however many other hosts", () => {
    const path = `/?${Array.from({ length: 100 }, (_, i) => `u=https://h${i}.example/`).join("&")}&u=https://evil.example/`;
    expect(met(learnt({ indicator: "evil.example", type: "DOMAIN" }), asked({ path }))).toEqual([["evil.example as host in path"]]);
  });

  it("that have expired make room for new ones, once the table is full", () => {
    const old = [0, 1, 2, 3].map((i) => learnt({ indicator: `192.0.2.${i}`, expiresTs: i === 3 ? null : now + i * second }));
    const fresh = (i: number) => learnt({ indicator: `192.0.3.${i}`, ts: now });
    const later = (i: number): IntelInput => asked({ sourceIp: `192.0.3.${i}` });
    const byTime = drive(make, [
      { watermark: now, records: [...old, asked({ sourceIp: "192.0.2.0" })] },
      { watermark: now + second, records: [fresh(1), fresh(2), fresh(3), later(1), later(2), later(3), asked({ sourceIp: "192.0.2.3" })] },
    ]);
    expect(byTime.dropped).toEqual(new Map([["table-full", 1]]));
    expect(byTime.out.map((one) => one.met.length)).toEqual([0, 1, 1, 0, 1]);
    // Before the first request there is no time but that of the indicators themselves.
    const records = [...old, learnt({ indicator: "192.0.3.1", ts: now + 2 * second }), later(1)];
    expect(drive(make, [{ watermark: Number.NEGATIVE_INFINITY, records }]).out.map((one) => one.met.length)).toEqual([1]);
  });

  it("beyond the limit are left out and counted", () => {
    const many = Array.from({ length: 6 }, (_, i) => learnt({ indicator: `192.0.2.${i}` }));
    const { out, dropped } = drive(make, [{ watermark: 0, records: [...many, asked({ sourceIp: "192.0.2.5" })] }]);
    expect(dropped).toEqual(new Map([["table-full", 2]]));
    expect(out.map((one) => one.met)).toEqual([[]]);
  });

  it("stay over a day without a request, and over a restart", () => {
    const stores = new DrivenStores();
    driveWith(stores, make, [{ watermark: now, records: [learnt({})] }]);
    const later = driveWith(new DrivenStores(), make, [{ watermark: now + 9e11, records: [asked({ ts: now + 9e11 })] }], stores.dump());
    expect(later.out.map((one) => one.met.length)).toEqual([1]);
  });
});
