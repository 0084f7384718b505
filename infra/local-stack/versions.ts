/** What the local and the docker profile run. A test holds the compose file to these; `clickhouse` is the server inside the chdb package. */
export const versions = {
  kafka: "4.3.1",
  registry: "3.0.9",
  clickhouse: "26.7",
} as const;

export const usualPorts = { kafka: 9092, registry: 8081, clickhouse: 8123, status: 8600 } as const;

/** The registry's Confluent API under its address. */
export const registryPath = "/apis/ccompat/v7";
