import { type Observable, Subject } from "rxjs";
import { defaultGroup } from "../../schemas/topics/group.ts";
import type { AnyTopic } from "../../schemas/topics/topic.ts";
import type { Batch } from "./batch.ts";
import type { Context, Sink } from "./context.ts";
import { betweenParts } from "./internal-topic.ts";
import { KeyedStore } from "./store.ts";
import { merge, nodeOf, tag } from "./topology.ts";

/** One topic that a part reads. */
export interface AssembledInput {
  readonly topic: AnyTopic;
  /** `lane`: the lane's partition, in event time. `parts`: the lane's partition of an internal topic, in the time of its marks. `table`: broadcast. */
  readonly role: "lane" | "parts" | "table";
  readonly subject: Subject<Batch<unknown>>;
}

/** What leaves a part: records of a topic, or values on their way to the next part. */
export interface AssembledSink {
  readonly topic: AnyTopic;
  readonly flow: Observable<Batch<unknown>>;
  /** The key of the next part; absent where the topic's own key serves. */
  readonly by?: (value: unknown) => string;
}

/** What runs in one lane: the unit of membership, order and state. A pipeline without `rekey` has one. */
export interface AssembledPart {
  readonly name: string;
  readonly inputs: readonly AssembledInput[];
  readonly sinks: readonly AssembledSink[];
}

/** A pipeline drawn: its parts in the order of their first output, and every stage's store by the stage's name. */
export interface Assembled {
  readonly pipeline: string;
  readonly parts: readonly AssembledPart[];
  readonly stores: ReadonlyMap<string, KeyedStore<unknown>>;
}

/** Calls a pipeline's build once and works out which inputs and outputs belong to which part. */
export function assemble(pipeline: string, build: (context: Context) => readonly Sink[], group = defaultGroup): Assembled {
  const inputs = new Map<Observable<unknown>, AssembledInput>();
  const sinks: AssembledSink[] = [];
  const stores = new Map<string, KeyedStore<unknown>>();

  /** The same observable for the same topic, so that two uses of an input share its clock and its order. */
  const input = <T>(topic: AnyTopic, role: AssembledInput["role"]): Observable<Batch<T>> => {
    for (const [source, known] of inputs) if (known.topic.name === topic.name) return source as Observable<Batch<T>>;
    const subject = new Subject<Batch<unknown>>();
    const source = tag(subject.asObservable(), { node: "input", topic: topic.name, role: role === "table" ? "table" : "lane" });
    inputs.set(source, { topic, role, subject });
    return source as Observable<Batch<T>>;
  };

  const context: Context = {
    group,
    from: (topic) => input(topic, "lane"),
    table: (topic) => input(topic, "table"),
    to: (topic, ...flows) => ({ topic, flow: merge(...flows) }),
    rekey: (name, { by, codec }) => {
      const topic = betweenParts(pipeline, name, codec);
      return (source) => {
        sinks.push({ topic, flow: source, by: by as (value: unknown) => string });
        return input(topic, "parts");
      };
    },
    store: (stage, codec, initial, limits) => {
      if (stores.has(stage)) throw new TypeError(`${pipeline} has two stages named ${stage}`);
      const store = new KeyedStore(codec, initial, limits);
      stores.set(stage, store as KeyedStore<unknown>);
      return store;
    },
  };
  sinks.push(...build(context));
  return { pipeline, parts: partsOf(inputs, sinks), stores };
}

/** A part is what shares inputs: two lane inputs that meet in one sink are one part; a table belongs to every part that uses it. */
function partsOf(inputs: ReadonlyMap<Observable<unknown>, AssembledInput>, sinks: readonly AssembledSink[]): AssembledPart[] {
  const groups: { inputs: Set<AssembledInput>; sinks: AssembledSink[] }[] = [];
  for (const sink of sinks) {
    const used = inputsOf(sink.flow, inputs);
    const own = [...used].filter((one) => one.role !== "table");
    const touching = groups.filter((group) => own.some((one) => group.inputs.has(one)));
    const [first = { inputs: new Set<AssembledInput>(), sinks: [] as AssembledSink[] }, ...rest] = touching;
    if (touching.length === 0) groups.push(first);
    for (const other of rest) {
      for (const one of other.inputs) first.inputs.add(one);
      first.sinks.push(...other.sinks);
      groups.splice(groups.indexOf(other), 1);
    }
    for (const one of used) first.inputs.add(one);
    first.sinks.push(sink);
  }
  const order = [...inputs.values()];
  return groups.map((group) => {
    const ordered = order.filter((one) => group.inputs.has(one));
    const named = ordered.find((one) => one.role !== "table");
    if (named === undefined) throw new TypeError("a part needs an input that is not a table");
    return { name: partName(named.topic), inputs: ordered, sinks: group.sinks };
  });
}

/** `moe.router`, or for an internal topic the name its `rekey` gave it. */
const partName = ({ name, role }: AnyTopic): string => (role === "internal" ? (name.split(".").at(-1) ?? name) : name);

/**
 * Every input behind a flow, tables included. Throws a TypeError where an edge comes from outside: it could not be replayed.
 */
function inputsOf(flow: Observable<unknown>, inputs: ReadonlyMap<Observable<unknown>, AssembledInput>): Set<AssembledInput> {
  const found = new Set<AssembledInput>();
  const walk = (at: Observable<unknown>): void => {
    const node = nodeOf(at);
    if (node === undefined) throw new TypeError("an edge of the graph does not come from an input: use the operators of stream/");
    if (node.node === "input") {
      for (const one of inputs.values()) if (one.topic.name === node.topic) found.add(one);
    } else {
      for (const before of node.after) walk(before);
    }
  };
  walk(flow);
  return found;
}
