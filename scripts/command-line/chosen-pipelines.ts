import { closest } from "../../schemas/faults/closest.ts";
import { Fault } from "../../schemas/faults/fault.ts";

/** The pipelines named, comma separated, each once and in this order; all where none is. Throws GW_USAGE. */
export function chosenPipelines<P extends { readonly name: string }>(names: string | undefined, all: readonly P[]): readonly P[] {
  if (names === undefined) return all;
  const wanted = [
    ...new Set(
      names
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
    ),
  ];
  if (wanted.length === 0) throw new Fault("GW_USAGE", "no pipeline is named");
  return wanted.map((name) => {
    const found = all.find((one) => one.name === name);
    if (found !== undefined) return found;
    const near = closest(
      name,
      all.map((one) => one.name),
    );
    const hint = near === undefined ? `there are ${all.map((one) => one.name).join(", ")}` : `did you mean ${near}?`;
    throw new Fault("GW_USAGE", `there is no pipeline ${name}; ${hint}`);
  });
}
