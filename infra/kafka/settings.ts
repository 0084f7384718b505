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

/** Of record batches; snappy and lz4 are read and not written. */
export type Compression = "none" | "gzip" | "zstd";

/** PEM texts. What is left out is the system's. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** How to authenticate. `plain` sends the password as it is: only over TLS. */
export interface SaslSettings {
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  readonly username: string;
  readonly password: string;
}
