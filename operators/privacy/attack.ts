import { scoreUnit } from "../threats/scoring.ts";
import { type PlaceKind, unit } from "../threats/units/unit.ts";

/** From here on a string reads like an attack, and what shows it is kept. */
export const attackScore = 0.5;

/** Whether a value reads like an attack where it stands: then it stays readable, in place of a secret too. */
export const isAttack = (text: string, kind: PlaceKind): boolean => (scoreUnit(unit(kind, "", text, true))?.score ?? 0) >= attackScore;
