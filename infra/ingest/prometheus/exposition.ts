/** One value as an exporter tells it. */
export interface Exposed {
  readonly name: string;
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly value: number;
  /** Milliseconds since 1970; undefined where the exporter leaves it to the scrape. */
  readonly timestampMs: number | undefined;
}

/** What a family of samples is. */
export interface Family {
  readonly type: string;
  readonly unit: string;
}

/** A scrape, read. */
export interface Exposition {
  readonly samples: readonly Exposed[];
  readonly families: ReadonlyMap<string, Family>;
  /** Lines that could not be read. */
  readonly badLines: number;
}

const comment = /^#\s+(TYPE|UNIT)\s+(\S+)\s*(\S*)/;
const nameAt = /[a-zA-Z_:][a-zA-Z0-9_:.]*/y;
const labelAt = /\s*("(?:[^"\\]|\\.)*"|[a-zA-Z_][a-zA-Z0-9_.]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?\s*/y;
const restOf = /^\s+(\S+)(?:\s+(-?[0-9.eE+]+))?\s*(?:#.*)?$/;

/**
 * Reads the text format of Prometheus 0.0.4 and OpenMetrics 1.0: escapes, NaN and infinities, timestamps (milliseconds in the
 * one, seconds in the other), exemplars passed over. A line that cannot be read is counted and costs no other.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/, https://openmetrics.io (specification, section 4).
 */
export function parseExposition(text: string, isOpenMetrics: boolean): Exposition {
  const samples: Exposed[] = [];
  const families = new Map<string, Family>();
  let badLines = 0;
  for (const line of text.split("\n")) {
    if (line === "" || line === "\r") continue;
    if (line.startsWith("#")) {
      note(line, families);
      continue;
    }
    const sample = sampleOf(line.trimEnd(), isOpenMetrics);
    if (sample === undefined) badLines += 1;
    else samples.push(sample);
  }
  return { samples, families, badLines };
}

function note(line: string, families: Map<string, Family>): void {
  const [, what, name = "", value = ""] = comment.exec(line) ?? [];
  if (what === undefined) return;
  const known = families.get(name) ?? { type: "untyped", unit: "" };
  families.set(name, what === "TYPE" ? { ...known, type: value } : { ...known, unit: value });
}

function sampleOf(line: string, isOpenMetrics: boolean): Exposed | undefined {
  nameAt.lastIndex = 0;
  const [name] = nameAt.exec(line) ?? [];
  if (name === undefined) return undefined;
  let at = nameAt.lastIndex;
  const labels: { name: string; value: string }[] = [];
  if (line[at] === "{") {
    at += 1;
    while (line[at] !== "}") {
      labelAt.lastIndex = at;
      const [, label, value] = labelAt.exec(line) ?? [];
      if (label === undefined || value === undefined) return undefined;
      labels.push({ name: unescaped(label.startsWith('"') ? label.slice(1, -1) : label), value: unescaped(value) });
      at = labelAt.lastIndex;
    }
    at += 1;
  }
  const [, written, stamp] = restOf.exec(line.slice(at)) ?? [];
  const value = written === undefined ? undefined : numberOf(written);
  if (value === undefined) return undefined;
  const timestampMs = stamp === undefined ? undefined : Number(stamp) * (isOpenMetrics ? 1_000 : 1);
  return Number.isNaN(timestampMs) ? undefined : { name, labels, value, timestampMs };
}

const special: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["+inf", Infinity],
  ["inf", Infinity],
  ["-inf", -Infinity],
]);

/** Undefined where it is no number; NaN is one here. */
function numberOf(text: string): number | undefined {
  const named = special.get(text.toLowerCase());
  if (named !== undefined) return named;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}

const unescaped = (text: string): string =>
  text.includes("\\") ? text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter)) : text;
