const form = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|([+-])(\d\d):(\d\d))?$/;

/**
 * Microseconds since 1970 of a time in ISO 8601 (RFC 3339): date and time to the second, up to six decimals, `Z` or an offset;
 * without either it is UTC, as all times here are. Undefined for anything else, also for a 30th of February.
 */
export function isoMicros(text: string): number | undefined {
  const parts = form.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const [, , , , , , , fraction = "", , sign, offsetHour = "0", offsetMinute = "0"] = parts;
  if (hour > 23 || minute > 59 || second > 59 || Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  // Date.UTC takes years below 100 for 1900 and later, and rolls a wrong day over into the next month.
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  const date = new Date(midnight);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === "-" ? -60 : 60);
  return (midnight / 1000 + hour * 3_600 + minute * 60 + second - offset) * 1e6 + Number(fraction.padEnd(6, "0"));
}
