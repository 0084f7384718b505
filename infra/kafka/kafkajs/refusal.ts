import protocol from "kafkajs/src/protocol/error.js";

/** Codes that kafkajs 2.2.4 does not know by name. */
const later = [
  { code: 89, type: "THROTTLING_QUOTA_EXCEEDED", retriable: true, message: "The quota has been exceeded" },
  { code: 90, type: "PRODUCER_FENCED", retriable: false, message: "There is a newer producer with the same transactional id" },
  { code: 100, type: "UNKNOWN_TOPIC_ID", retriable: true, message: "This server does not host this topic id" },
] as const;

const known = new Map([...protocol.errorCodes, ...later].map((entry) => [entry.code, entry]));

/** A broker's answer that is an error code. */
export class Refusal extends Error {
  readonly type: string;
  readonly retriable: boolean;

  constructor(code: number, detail?: string | null) {
    const entry = known.get(code);
    super(detail == null || detail === "" ? (entry?.message ?? `error code ${code}`) : detail);
    this.name = "Refusal";
    this.type = entry?.type ?? `ERROR_CODE_${code}`;
    this.retriable = entry?.retriable ?? false;
  }
}

/** Throws a Refusal for any code but 0; `detail` are the broker's own words, where it sends some. */
export function check(code: number, detail?: string | null): void {
  if (code !== 0) throw new Refusal(code, detail);
}
