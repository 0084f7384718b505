import { closest } from "../../../schemas/faults/closest.ts";
import { Fault } from "../../../schemas/faults/fault.ts";
import { type FaultName, faultNames, type PlannedFault } from "./fault-names.ts";

const form = /^([a-z-]+)@([^+@]+)\+([^+@]+)$/;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `10m`, `1.5h`, or units one after the other as in `1h30m`, in milliseconds. Undefined for anything else, and for nothing. */
export function durationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g);
  return Math.round([...parts].reduce((sum, [, count, unit = ""]) => sum + Number(count) * (unitMs[unit] ?? 0), 0));
}

/** `dead-expert@10m+5m`: begins 10 minutes after the start, lasts 5. Throws GW_USAGE. */
export function plannedFault(text: string, startMs: number): PlannedFault {
  const [, name = "", after = "", lasting = ""] = form.exec(text) ?? [];
  const [afterMs, lastsMs] = [durationMs(after), durationMs(lasting)];
  if (afterMs === undefined || lastsMs === undefined || lastsMs === 0)
    throw new Fault("GW_USAGE", `--fault ${text}: a name with begin and length is wanted, such as dead-expert@10m+5m`);
  if (!isFault(name)) {
    const near = closest(name, faultNames);
    const hint = near === undefined ? `there are ${faultNames.join(", ")}` : `did you mean ${near}?`;
    throw new Fault("GW_USAGE", `--fault ${text}: there is no fault ${name}; ${hint}`);
  }
  return { name, startMs: startMs + afterMs, endMs: startMs + afterMs + lastsMs };
}

const isFault = (name: string): name is FaultName => (faultNames as string[]).includes(name);
