import { readFileSync } from "node:fs";

/** The schema of `schemas/avro/<topic>.avsc`, as registered: docs and all. */
export function avroFile(topic: string): object {
  return JSON.parse(readFileSync(new URL(`../avro/${topic}.avsc`, import.meta.url), "utf8")) as object;
}
