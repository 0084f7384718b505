import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Document, isMap, isNode, isScalar, LineCounter, type Pair, parseDocument, type YAMLMap } from "yaml";
import { z } from "zod";
import { fromText, type Leaf, unwrapped } from "./schema-walk.ts";
import { reveal } from "./secrets.ts";
import { type Entry, type Said, unknownKey } from "./sources.ts";

/** What a YAML file sets, each key with its line. Secrets are named there and stand elsewhere: `${env:…}`, `${file:…}`. */
export function fromFile(file: string, schema: z.ZodObject, leaves: readonly Leaf[], environment: NodeJS.ProcessEnv): Said {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return { entries: [], faults: [`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`] };
  }
  return new YamlReader(file, text, schema, leaves, environment).said();
}

/** One file. Keeps to YAML's own positions, so that each fault has its line. */
class YamlReader {
  readonly #file: string;
  readonly #schema: z.ZodObject;
  readonly #leaves: readonly Leaf[];
  readonly #environment: NodeJS.ProcessEnv;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly #entries: Entry[] = [];
  readonly #faults: string[] = [];

  constructor(file: string, text: string, schema: z.ZodObject, leaves: readonly Leaf[], environment: NodeJS.ProcessEnv) {
    this.#file = file;
    this.#schema = schema;
    this.#leaves = leaves;
    this.#environment = environment;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
  }

  /** What it sets, and what is wrong with it; a file that is no YAML sets nothing. */
  said(): Said {
    const { errors, contents } = this.#document;
    for (const { message, pos } of errors) this.#faults.push(`${this.#lineAt(pos[0])}: ${message}`);
    if (errors.length === 0 && isMap(contents)) this.#section(contents, this.#schema, "");
    else if (errors.length === 0 && contents !== null) this.#faults.push(`${this.#file}: sections with keys are wanted`);
    return { entries: this.#entries, faults: this.#faults };
  }

  /** Unknown keys are told and passed over: the rest of the file is still checked. */
  #section(map: YAMLMap, schema: z.ZodObject, prefix: string): void {
    for (const pair of map.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
      const key = prefix === "" ? name : `${prefix}.${name}`;
      const source = this.#lineAt(isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0);
      const child = Object.hasOwn(schema.shape, name) ? (schema.shape[name] as z.ZodType) : undefined;
      if (child === undefined) this.#faults.push(`${source}: ${unknownKey(key, this.#schema, this.#leaves)}`);
      else this.#entry(pair, child, key, source);
    }
  }

  /** A list or a text is a value; a map where a section stands goes one level down. */
  #entry({ value }: Pair, schema: z.ZodType, key: string, source: string): void {
    const { inner } = unwrapped(schema);
    if (inner instanceof z.ZodObject && isMap(value)) {
      this.#section(value, inner, key);
      return;
    }
    const given: unknown = isNode(value) ? value.toJS(this.#document) : undefined;
    // An empty section (`lane:` and nothing below it) sets nothing.
    if (inner instanceof z.ZodObject && given == null) return;
    const revealed = this.#revealed(given);
    if (revealed.fault !== undefined) this.#faults.push(`${source}: ${key}: ${revealed.fault}`);
    else this.#entries.push({ key, source, value: typeof revealed.value === "string" ? fromText(revealed.value, schema) : revealed.value });
  }

  #revealed(value: unknown): { value: unknown; fault?: string } {
    if (typeof value === "string") return reveal(value, { environment: this.#environment, folder: dirname(this.#file) });
    if (!Array.isArray(value)) return { value };
    const all = value.map((one) => this.#revealed(one));
    return { value: all.map((one) => one.value), fault: all.find(({ fault }) => fault !== undefined)?.fault };
  }

  #lineAt(offset: number): string {
    return `${this.#file} line ${this.#lines.linePos(offset).line}`;
  }
}
