import { Fault } from "../../schemas/faults/fault.ts";

/**
 * What a sink lane's position says: everything before `position` is in the table (or in the dead-letter topic), and if `end`
 * is there, the block [position, end) was begun and may be in the table, wholly, partly or not at all.
 */
export interface Intent {
  readonly position: number;
  readonly end: number | undefined;
}

/** Beside the offset, in the commit's metadata. */
export const encodeIntent = ({ end }: Intent): string => (end === undefined ? "b1;" : `b1;${end}`);

/** Throws GW_LANE_POSITION_WITHOUT_STATE where the metadata are not a sink's. */
export function decodeIntent(position: number, metadata: string): Intent {
  const found = /^b1;(\d*)$/.exec(metadata);
  const end = found?.[1] === undefined || found[1] === "" ? undefined : Number(found[1]);
  if (found === null || (end !== undefined && !(Number.isSafeInteger(end) && end > position))) {
    const message = `the position ${position} carries no intent of a sink (${metadata.slice(0, 40)})`;
    throw new Fault("GW_LANE_POSITION_WITHOUT_STATE", message);
  }
  return { position, end };
}
