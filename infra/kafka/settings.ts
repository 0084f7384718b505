/** How to reach Kafka. No type of a client library stands here: the port's users know none. */
export interface KafkaSettings {
  /** `host:port`, any of the cluster's. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** True for TLS with the system's authorities; an object for one's own. Certificates and keys are PEM text. */
  readonly ssl?: boolean | TlsSettings;
  readonly sasl?: SaslSettings;
  /** How what is written is compressed; gzip, which every client reads, where left out. */
  readonly compression?: Compression;
}

export type Compression = "none" | "gzip" | "zstd";

export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface SaslSettings {
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  readonly username: string;
  readonly password: string;
}
