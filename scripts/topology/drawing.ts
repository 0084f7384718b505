import type { Observable } from "rxjs";
import type { Assembled } from "../../operators/stream/assemble.ts";
import type { Pipeline } from "../../operators/stream/pipeline.ts";
import { type Node, nodeOf } from "../../operators/stream/topology.ts";

/** One box of the picture, with the settings it was wired with. */
export interface DrawnStage {
  readonly name: string;
  readonly kind: string;
  readonly summary: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Names of the stages, or topics, it reads. */
  readonly after: readonly string[];
}

/** What runs in one lane: a box around boxes. */
export interface DrawnPart {
  readonly part: string;
  readonly inputs: readonly { readonly topic: string; readonly role: string }[];
  readonly stages: readonly DrawnStage[];
  readonly outputs: readonly { readonly topic: string; readonly after: readonly string[] }[];
}

/** A pipeline without its functions: plain data, fit for JSON. */
export interface Drawing {
  readonly pipeline: string;
  /** How late a record may be in event time. */
  readonly latenessS?: number;
  readonly parts: readonly DrawnPart[];
}

/** A pipeline as data: what reads what, in the order it was wired. */
export function drawn({ pipeline, parts }: Assembled): Drawing {
  return {
    pipeline,
    parts: parts.map(({ name, inputs, sinks }) => {
      const stages = new Map<string, DrawnStage>();
      const outputs = new Map<string, Set<string>>();
      for (const { topic, flow } of sinks) {
        const after = outputs.get(topic.name) ?? new Set<string>();
        for (const before of walk(flow, stages)) after.add(before);
        outputs.set(topic.name, after);
      }
      return {
        part: name,
        inputs: inputs.map(({ topic, role }) => ({ topic: topic.name, role })),
        stages: [...stages.values()],
        outputs: [...outputs].map(([topic, after]) => ({ topic, after: [...after] })),
      };
    }),
  };
}

/** A pipeline as it runs where nothing is configured. */
export function drawnByDefault(pipeline: Pipeline): Drawing {
  const { pipeline: name, parts } = drawn(pipeline.shape());
  return { pipeline: name, latenessS: latenessOf(pipeline), parts };
}

/** For the help of commands that run or show pipelines. */
export const latenessText = (pipelines: readonly Pipeline[]): string =>
  `How late a record may be in event time, by default: ${pipelines.map((one) => `${one.name} ${latenessOf(one)} s`).join(", ")}.`;

const latenessOf = ({ options }: Pipeline): number => Number(options.parse({}).latenessS);

/** Names of the nearest drawn things behind an observable; notes every stage on the way, what comes first first. */
function walk(flow: Observable<unknown>, stages: Map<string, DrawnStage>): string[] {
  const node: Node | undefined = nodeOf(flow);
  if (node === undefined) return [];
  if (node.node === "input") return [node.topic];
  if (node.node === "merge") return [...new Set(node.after.flatMap((before) => walk(before, stages)))];
  const { name, kind, summary, settings, after } = node;
  const before = after.flatMap((one) => walk(one, stages));
  stages.set(name, stages.get(name) ?? { name, kind, summary, settings, after: before });
  return [name];
}

/** Mermaid ends a label at a quotation mark. */
const box = (text: string): string => text.replaceAll('"', "'");

/** Mermaid flowchart: topics round, stages square, one subgraph a part. */
export function asMermaid({ pipeline, parts }: Drawing): string {
  const out = ["flowchart LR"];
  const id = (part: string, name: string) => `${part}_${name}`.replaceAll(/[^A-Za-z0-9_]/g, "_");
  const topicId = (topic: string) => id("topic", topic);
  const seen = new Set<string>();
  const topic = (name: string): string => {
    if (!seen.has(name)) out.push(`  ${topicId(name)}([${name}])`);
    seen.add(name);
    return topicId(name);
  };
  for (const { part, inputs, stages, outputs } of parts) {
    for (const input of inputs) topic(input.topic);
    const names = new Set(stages.map(({ name }) => name));
    const from = (name: string) => (names.has(name) ? id(part, name) : topicId(name));
    out.push(`  subgraph ${id("part", part)}["${box(parts.length === 1 ? pipeline : `${pipeline}: ${part}`)}"]`);
    for (const { name, kind } of stages) out.push(`    ${id(part, name)}["${box(name)}<br/><small>${box(kind)}</small>"]`);
    out.push("  end");
    for (const { name, after } of stages) for (const before of after) out.push(`  ${from(before)} --> ${id(part, name)}`);
    for (const output of outputs) for (const before of output.after) out.push(`  ${from(before)} --> ${topic(output.topic)}`);
  }
  return `${out.join("\n")}\n`;
}

/** One line a step, readable without a renderer. */
export function asText({ pipeline, latenessS, parts }: Drawing): string {
  const out = [latenessS === undefined ? pipeline : `${pipeline} (a record may be ${latenessS} s late: ${pipeline}.latenessS)`];
  for (const { part, inputs, stages, outputs } of parts) {
    if (parts.length > 1) out.push(`  part ${part}`);
    for (const { topic, role } of inputs) out.push(`  in   ${topic}${role === "table" ? " (table, read whole)" : ""}`);
    for (const { name, kind, summary, after } of stages) {
      out.push(`       ${after.join(" + ")} -> ${name}${summary === kind ? `: ${summary}` : ` (${kind}): ${summary}`}`);
    }
    for (const { topic, after } of outputs) out.push(`  out  ${topic} <- ${after.join(" + ")}`);
  }
  return `${out.join("\n")}\n`;
}
