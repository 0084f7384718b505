import { map, type Observable } from "rxjs";
import { describe, expect, it } from "vitest";
import { internalTopic } from "../../schemas/topics/internal.ts";
import type { Topic } from "../../schemas/topics/topic.ts";
import { assemble } from "./assemble.ts";
import type { Batch } from "./batch.ts";
import { struct } from "./codec.ts";
import type { Context, Sink } from "./context.ts";
import { ok } from "./outcome.ts";
import { each, stage } from "./stage.ts";
import { merge } from "./topology.ts";

interface N {
  readonly n: number;
}
const topic = (name: string): Topic<N> => ({
  ...internalTopic<N>({ name, schema: { type: "record", name: "N", fields: [{ name: "n", type: "int" }] }, eventTime: ({ n }) => n }),
  role: "input",
});
const [a, b, c, t, x, y] = ["a", "b", "c", "t", "x", "y"].map(topic) as [Topic<N>, Topic<N>, Topic<N>, Topic<N>, Topic<N>, Topic<N>];
const out = (name: string) => ({ ...topic(name), role: "output" }) as Topic<N>;
const same = (name: string) => each<N, N>(name, "as it is", (one) => ok(one));
const parts = (build: (context: Context) => readonly Sink[]) =>
  assemble("p", build).parts.map(({ name, inputs, sinks }) => ({
    name,
    inputs: inputs.map((input) => `${input.topic.name}:${input.role}`),
    outputs: sinks.map((sink) => sink.topic.name),
  }));

describe("the parts of a pipeline", () => {
  it("are one where two inputs meet in one output", () => {
    expect(parts(({ from, to }) => [to(out("o"), merge(from(a), from(b)))])).toEqual([
      { name: "a", inputs: ["a:lane", "b:lane"], outputs: ["o"] },
    ]);
  });

  it("are two where nothing is shared, each with its own lanes", () => {
    expect(parts(({ from, to }) => [to(out("o"), from(a)), to(out("q"), from(b))])).toEqual([
      { name: "a", inputs: ["a:lane"], outputs: ["o"] },
      { name: "b", inputs: ["b:lane"], outputs: ["q"] },
    ]);
  });

  it("become one by an output that comes last and joins what stood apart", () => {
    const joined = parts(({ from, to }) => [to(out("o"), from(a)), to(out("q"), from(b)), to(out("r"), merge(from(b), from(a)))]);
    expect(joined).toEqual([{ name: "a", inputs: ["a:lane", "b:lane"], outputs: ["o", "q", "r"] }]);
  });

  it("do not become one by a table, which every part reads by itself", () => {
    const both = parts(({ from, table, to }) => {
      const changes = table(t).pipe(each("change", "as it is", ({ value }) => ok(value ?? { n: 0 })));
      return [to(out("o"), merge(from(a), changes)), to(out("q"), merge(from(b), changes))];
    });
    expect(both.map(({ inputs }) => inputs)).toEqual(
      [
        ["a:lane", "t:table"],
        ["b:lane", "t:table"],
      ].map((inputs) => expect.arrayContaining(inputs)),
    );
  });

  it("are two on both sides of a rekey, the second named as the rekey is", () => {
    const cut = parts(({ from, to, rekey }) => [
      to(out("o"), from(a).pipe(rekey("by-user", { by: ({ n }) => `${n}`, codec: struct({ n: "uint32" }) }), same("after"))),
    ]);
    expect(cut).toEqual([
      { name: "a", inputs: ["a:lane"], outputs: ["gatewatch.internal.p.by-user"] },
      { name: "by-user", inputs: ["gatewatch.internal.p.by-user:parts"], outputs: ["o"] },
    ]);
  });

  it("read an input once, however often it is asked for", () => {
    expect(parts(({ from, to }) => [to(out("o"), from(c)), to(out("q"), from(c).pipe(same("s")))])).toEqual([
      { name: "c", inputs: ["c:lane"], outputs: ["o", "q"] },
    ]);
  });

  it("look through the operators of RxJS", () => {
    const shifted = map((batch: Batch<N>) => ({ ...batch }));
    expect(parts(({ from, to }) => [to(out("o"), from(x).pipe(shifted, same("s"), shifted))])).toMatchObject([{ name: "x" }]);
  });
});

describe("a drawing that cannot run", () => {
  it("is refused where an edge comes from nowhere", () => {
    const nowhere = { pipe: () => undefined } as unknown as Observable<Batch<N>>;
    expect(() => assemble("p", ({ to }) => [to(out("o"), nowhere)])).toThrow(/does not come from an input/);
  });

  it("is refused where a part has tables only: it would have no lanes", () => {
    const changes = ({ table }: Context) => table(t).pipe(each("c", "c", () => ok({ n: 1 })));
    expect(() => assemble("p", (context) => [context.to(out("o"), changes(context))])).toThrow(/not a table/);
  });

  it("is refused where two stages share a name, since their state would too", () => {
    const counting = (store: Context["store"]) =>
      stage<{ n: number }, N, N>(
        "count",
        { kind: "count", summary: "", state: { codec: struct({ n: "uint32" }), initial: () => ({ n: 0 }) }, step: (_, one) => ok(one) },
        { key: () => "k", store },
      );
    expect(() => assemble("p", ({ from, to, store }) => [to(out("o"), from(y).pipe(counting(store), counting(store)))])).toThrow(
      "p has two stages named count",
    );
  });
});
