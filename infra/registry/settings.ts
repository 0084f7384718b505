/** How to reach a schema registry. */
export interface RegistrySettings {
  /** Of the Confluent API: `http://127.0.0.1:8081`, `http://127.0.0.1:8081/apis/ccompat/v7`. */
  readonly url: string;
  /** For basic authentication; both may also stand in the address. */
  readonly username?: string;
  readonly password?: string;
  /** A topic's name on the wire, with its namespace: subjects are named after it. */
  readonly named?: (topic: string) => string;
}
