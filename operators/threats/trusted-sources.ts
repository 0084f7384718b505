import { Fault } from "../../schemas/faults/fault.ts";
import { addressNumber, addressRange, prefixOf } from "./ip-address.ts";

/** Whether an address is among these addresses and ranges. Throws a Fault that names the entry which is neither. */
export function trustedSources(listed: readonly string[]): (address: string) => boolean {
  const ranges = listed.map((text) => {
    const range = addressRange(text);
    if (range === undefined)
      throw new Fault("GW_CONFIG_INVALID", `threats.trusted: "${text.slice(0, 60)}" is no address and no range (CIDR)`);
    return range;
  });
  return (address) => {
    const number = ranges.length === 0 ? undefined : addressNumber(address);
    return number !== undefined && ranges.some(({ bits, prefix }) => prefixOf(number, bits) === prefix);
  };
}
