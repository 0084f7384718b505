import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../schemas/faults/fault.ts";
import { struct } from "./codec.ts";
import { KeyedStore } from "./store.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const counter = struct({ count: "uint32" });
const forever = Number.POSITIVE_INFINITY;
const open = (maxKeys = 100, ttl = forever) => new KeyedStore(counter, () => ({ count: 0 }), { maxKeys, ttl });
const count = (store: KeyedStore<{ count: number }>, key: string, watermark = 0) => {
  store.touch(key, watermark).state.count += 1;
};

describe("keyed store", () => {
  it("forgets the key unused for longest once it is full, not the one just used again", () => {
    const store = open(2);
    for (const key of ["a", "b", "a", "c"]) count(store, key);
    expect([store.get("a"), store.get("b"), store.get("c")]).toEqual([{ count: 2 }, undefined, { count: 1 }]);
    expect(store.evicted).toBe(1);
  });

  it("begins a key anew when its time to live has passed", () => {
    const store = open(10, 1_000);
    count(store, "a", 0);
    count(store, "a", 999);
    count(store, "a", 1_999);
    expect(store.get("a")).toEqual({ count: 1 });
  });

  it("keeps what came before the first watermark, and lets it age from there", () => {
    const timeless = Number.NEGATIVE_INFINITY;
    const store = open(10, 1_000);
    count(store, "a", timeless);
    store.sweep(timeless);
    count(store, "a", timeless);
    store.sweep(5_000);
    count(store, "a", 5_000);
    expect(store.get("a")).toEqual({ count: 3 });
    count(store, "b", 5_500);
    store.sweep(6_200);
    expect([store.get("a"), store.get("b")]).toEqual([undefined, { count: 1 }]);
  });

  it("forgets no key that waits to be closed, however long that takes", () => {
    const store = open(10, 1_000);
    store.schedule("a", store.touch("a", 0), 5_000);
    store.sweep(4_000);
    count(store, "a", 4_000);
    expect(store.takeDue(5_000).map(([key, { state }]) => [key, state.count])).toEqual([["a", 1]]);
  });

  it("sweeps out what nobody asks for any more", () => {
    const store = open(10, 1_000);
    count(store, "a", 0);
    store.sweep(10_000);
    expect(store.size).toBe(0);
  });

  it("hands out due keys by time and then by key, once", () => {
    const store = open();
    for (const [key, due] of [
      ["b", 20],
      ["a", 20],
      ["c", 10],
      ["d", 30],
    ] as const) {
      store.schedule(key, store.touch(key, 0), due);
    }
    expect(store.takeDue(20).map(([key]) => key)).toEqual(["c", "a", "b"]);
    expect(store.takeDue(20)).toEqual([]);
  });

  it("keeps nothing of a key that wanted no time and is gone", () => {
    const store = open(10);
    const keys = 20_000;
    const held = () => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = held();
    for (let i = 0; i < keys; i += 1) {
      // Copied: a text put together shares its parts with the others.
      const key = Buffer.from(`${"k".repeat(5_000)}${i}`).toString("latin1");
      store.schedule(key, store.touch(key, 0), Number.NaN);
    }
    expect(held() - before).toBeLessThan((keys * 5_000) / 4);
    expect(store.size).toBe(10);
  });

  it("asks no more for a key whose time was taken back", () => {
    const store = open();
    const entry = store.touch("a", 0);
    store.schedule("a", entry, 20);
    store.schedule("a", entry, Number.NaN);
    expect(store.takeDue(1_000)).toEqual([]);
  });

  it("is the same after a checkpoint, whatever was done to it before and is done after", () => {
    const steps = fc.array(
      fc.record({ key: fc.constantFrom("a", "b", "c", "d", "e"), watermark: fc.nat(5_000), due: fc.option(fc.nat(6_000)) }),
    );
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const apply = (store: KeyedStore<{ count: number }>, list: typeof before) =>
          list.map(({ key, watermark, due }) => {
            const entry = store.touch(key, watermark);
            entry.state.count += 1;
            if (due !== null) store.schedule(key, entry, due);
            store.sweep(watermark);
            return store.takeDue(watermark).map(([name, { state }]) => [name, state.count]);
          });
        const one = open(3, 1_000);
        apply(one, before);
        const two = open(3, 1_000);
        two.load(one.dump());
        expect(apply(two, after)).toEqual(apply(one, after));
        expect(two.dump()).toEqual(one.dump());
      }),
    );
  });

  it("reads what an older version wrote, with the new field's default refused rather than guessed", () => {
    const store = open();
    count(store, "a");
    const wider = new KeyedStore(struct({ count: "uint32", mean: "float64" }), () => ({ count: 0, mean: 0 }), {
      maxKeys: 10,
      ttl: forever,
    });
    expect(() => wider.load(store.dump())).toThrow(Fault);
    const narrower = new KeyedStore(struct({}), () => ({}), { maxKeys: 10, ttl: forever });
    narrower.load(store.dump());
    expect(narrower.size).toBe(1);
  });
});
