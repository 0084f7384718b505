import { describe, expect, it } from "vitest";
import { engineBalance } from "./engine-balance.ts";

const origin = { id: "line-1", path: "/var/log/engine-0.log", deploymentId: "chat" };
const read = (line: string, now = "2026-06-01T00:00:00Z") => engineBalance(() => new Date(now)).read(line, origin);
const micros = (text: string) => Date.parse(text) * 1000;

const vllm = "EPLB step: avg_tokens=12.50, max_tokens=25, balancedness=0.5000";
const sglang = "[Expert Balancedness] forward_pass_id=41 current_pass_balancedness=0.812";

describe("expert balance out of an engine's log", () => {
  it("takes vLLM's line, as one of the log it stands in", () => {
    expect(read(`(EngineCore) INFO 01-05 10:00:00 [eplb_state.py:1] ${vllm}`)).toEqual({
      eventId: "line-1",
      ts: micros("2026-01-05T10:00:00Z"),
      deploymentId: "chat",
      instanceId: "/var/log/engine-0.log",
      source: "VLLM",
      name: "vllm:eplb_balancedness",
      value: 0.5,
      labels: { instance: "/var/log/engine-0.log" },
    });
  });

  it("takes vLLM's form with a step and a model, whatever the model is called", () => {
    const line = "INFO 01-05 10:00:00 EPLB step: 7 for model org/moe: big: avg_tokens=1.00, max_tokens=4, balancedness=0.2500";
    expect(read(line)).toMatchObject({ value: 0.25, labels: { instance: "/var/log/engine-0.log", model_name: "org/moe: big" } });
  });

  it("takes SGLang's line, with its own figure under its own name", () => {
    expect(read(`[2026-01-05 10:00:00 DP0 TP0] ${sglang} last_10_average_balancedness=0.8`)).toEqual({
      eventId: "line-1",
      ts: micros("2026-01-05T10:00:00Z"),
      deploymentId: "chat",
      instanceId: "/var/log/engine-0.log",
      source: "SGLANG",
      name: "sglang:expert_balancedness",
      value: 0.812,
      labels: { instance: "/var/log/engine-0.log" },
    });
  });

  it("keeps two engines apart: a series is a name and its labels", () => {
    const other = engineBalance().read(`2026-01-05 10:00:00 ${sglang}`, { ...origin, path: "/var/log/engine-1.log" });
    expect(other).toMatchObject({ labels: { instance: "/var/log/engine-1.log" } });
  });

  it.for([
    ["2026-01-05 09:00:00", "2026-06-01T00:00:00Z", "2026-01-05T09:00:00Z"],
    ["2026-01-05T09:00:00", "2030-06-01T00:00:00Z", "2026-01-05T09:00:00Z"],
    ["06-01 23:59:59", "2026-06-01T12:00:00Z", "2026-06-01T23:59:59Z"],
    ["12-31 23:59:59", "2026-01-01T00:00:05Z", "2025-12-31T23:59:59Z"],
    ["01-01 00:00:01", "2025-12-31T23:59:58Z", "2026-01-01T00:00:01Z"],
    ["06-03 00:00:01", "2026-06-01T12:00:00Z", "2025-06-03T00:00:01Z"],
    ["02-29 12:00:00", "2028-03-01T00:00:00Z", "2028-02-29T12:00:00Z"],
  ] as const)("reads %s at %s as %s", ([stamp, now, wanted]) => {
    expect(read(`INFO ${stamp} ${vllm}`, now)).toMatchObject({ ts: micros(wanted) });
  });

  it.for([
    ["no time", vllm],
    ["a day that is none", `INFO 13-45 10:00:00 ${vllm}`],
    ["the 29th of a February that has none", `INFO 02-29 10:00:00 ${vllm}`],
    ["an hour that is none", `[2026-01-05 25:00:00] ${sglang}`],
  ] as const)("refuses a line of balance with %s", ([, line]) => {
    expect(() => read(line)).toThrow(expect.objectContaining({ code: "GW_RECORD_UNREADABLE" }));
  });

  it.for(["", "INFO 01-05 10:00:00 started", "EPLB step: none", `${"EPLB step: 1 for model ".repeat(5_000)}`])(
    "passes over other lines",
    (line) => {
      expect(read(line)).toBeUndefined();
    },
  );
});
