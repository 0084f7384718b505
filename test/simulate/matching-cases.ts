import type { Alert, Injection } from "../../schemas/types/avro.ts";

type Place = Pick<Alert, "entity" | "evidence">;

/** Whether an alert about one place answers an injection of another, all else being right. */
export interface MatchingCase {
  readonly name: string;
  readonly alert: Place;
  readonly injection: Pick<Injection, "entity" | "evidence">;
  readonly isAnswer: boolean;
}

const place = (type: Alert["entity"]["type"], id: string, ...named: readonly (readonly [name: string, value: string])[]): Place => ({
  entity: { type, id },
  evidence: named.map(([name, value]) => ({ name, value, note: "" })),
});
const series = (id: string) => place("series", id);
const layer = place("layer", "i-0", ["layer", "3"]);
const rank = place("rank", "i-0", ["rank", "1"]);
const attack = place("source", "192.0.2.1", ["source", "192.0.2.1"], ["source", "192.0.2.9"]);
const tenant = place("tenant", "t-1", ["tenant", "t-1"], ["source", "192.0.2.1"]);
const logins = place("deployment", "chat", ["source", "192.0.2.1"], ["source", "192.0.2.9"]);

/** One table for the two ways of matching: that of the program and that of the named query. */
export const matchingCases: readonly MatchingCase[] = (
  [
    ["same layer", layer, layer, true],
    ["another instance", place("layer", "i-1", ["layer", "3"]), layer, false],
    ["another layer", place("layer", "i-0", ["layer", "4"]), layer, false],
    ["no layer named", place("instance", "i-0"), layer, true],
    ["the whole deployment", place("deployment", "chat"), layer, true],
    ["a requester, for an engine", place("tenant", "t-1"), layer, true],
    ["series of the instance", series("DCGM_FI_DEV_SM_CLOCK|gpu=1|instance=i-0"), rank, true],
    ["series of another instance", series("DCGM_FI_DEV_SM_CLOCK|gpu=1|instance=i-1"), rank, false],
    ["series of an instance whose name only begins so", series("queue|instance=i-01|model_name=m"), rank, false],
    ["series in the form of Prometheus", series('queue{gpu="1",instance="i-0"}'), rank, true],
    ["series in that form of another instance", series('queue{instance="i-1",gpu="1"}'), rank, false],
    ["series whose label only ends so", series("queue|sub-instance=i-1"), rank, true],
    ["series with an empty instance", series("queue|instance=|gpu=1"), rank, true],
    ["series without an instance", series("queue_depth"), rank, true],
    ["the attacker", place("source", "192.0.2.1"), attack, true],
    ["another address of the attack", place("source", "192.0.2.9"), attack, true],
    ["somebody else", place("source", "203.0.113.9"), attack, false],
    ["a user that is not of the attack", place("user", "u-1"), attack, false],
    ["an engine, for an attack", place("instance", "i-0"), attack, true],
    ["the tenant", place("tenant", "t-1"), tenant, true],
    ["another tenant", place("tenant", "t-2"), tenant, false],
    ["an address of the tenant", place("source", "192.0.2.1"), tenant, true],
    ["a series, for a tenant", series("queue|instance=i-1"), tenant, true],
    ["an address of many", place("source", "192.0.2.9"), logins, true],
    ["an address not among many", place("source", "203.0.113.9"), logins, false],
  ] as const
).map(([name, alert, injection, isAnswer]) => ({ name, alert, injection, isAnswer }));
