import { maskedWindow } from "../privacy/mask.ts";
import type { Hit } from "./scoring.ts";

const around = 60;
const longest = 160;

/**
 * The hit and what stands around it, at most 160 characters before masking, `…` where it was cut: decoded, in lower case, personal
 * data masked but for addresses, which an attack may aim at.
 */
export function evidenceText({ text, at, length }: Hit): string {
  const start = Math.max(0, at - around);
  const end = Math.min(text.length, Math.max(start + 1, Math.min(at + length + around, start + longest)));
  return `${start > 0 ? "…" : ""}${maskedWindow(text, start, end, { addresses: false })}${end < text.length ? "…" : ""}`;
}
