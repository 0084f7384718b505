import { execFile } from "node:child_process";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Child, startChild } from "../../infra/local-stack/child.ts";
import { kafkaJars } from "../../infra/local-stack/kafka-jars.ts";
import { java } from "../../infra/local-stack/kafka-java.ts";
import { answersApiVersions } from "../../infra/local-stack/kafka-probe.ts";
import { brokerProperties, logProperties } from "../../infra/local-stack/kafka-properties.ts";
import { anyFreePort } from "../../infra/local-stack/ports.ts";
import { untilReady } from "../../infra/local-stack/ready.ts";

const run = promisify(execFile);
const keyPassword = "key-secret";

/** A broker that wants TLS and a name: user `gatewatch`, password `right`, by PLAIN and by SCRAM. */
export class SecureKafka implements AsyncDisposable {
  readonly address: string;
  /** PEM of the authority that its certificate comes from: itself. */
  readonly ca: string;
  readonly #child: Child;
  readonly #dir: string;

  private constructor(address: string, ca: string, child: Child, dir: string) {
    this.address = address;
    this.ca = ca;
    this.#child = child;
    this.#dir = dir;
  }

  static async start(): Promise<SecureKafka> {
    const dir = await mkdtemp(join(tmpdir(), "gatewatch-secure-"));
    const { command } = await java();
    const classPath = ["-cp", join(await kafkaJars(), "*")];
    const keys = join(dir, "keys.p12");
    const ca = await makeKeys(command, keys);
    const [broker, controller, secure] = [await anyFreePort(), await anyFreePort(), await anyFreePort()];
    const properties = join(dir, "server.properties");
    await writeFile(properties, brokerProperties({ broker, controller, data: join(dir, "data") }));
    // Of two lines for one key the later one counts.
    await appendFile(properties, secured({ broker, controller, secure, keys }));
    await writeFile(join(dir, "log4j2.properties"), logProperties);
    const scram = ["256", "512"].flatMap((bits) => ["--add-scram", `SCRAM-SHA-${bits}=[name=gatewatch,password=right]`]);
    await run(command, [...classPath, "kafka.tools.StorageTool", "format", "-t", "AAAAAAAAQACAAAAAAAAAAA", "-c", properties, ...scram]);
    const logFile = join(dir, "kafka.log");
    const args = ["-Xmx512m", `-Dlog4j2.configurationFile=${join(dir, "log4j2.properties")}`, ...classPath, "kafka.Kafka", properties];
    const child = await startChild({ name: "secure Kafka", command, args, output: logFile });
    await untilReady({ name: "secure Kafka", child, logFile, limitMs: 60_000, answers: () => answersApiVersions(broker) });
    return new SecureKafka(`127.0.0.1:${secure}`, ca, child, dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }
}

async function makeKeys(command: string, keys: string): Promise<string> {
  const keytool = command === "java" ? "keytool" : join(dirname(command), "keytool");
  const store = ["-alias", "kafka", "-keystore", keys, "-storetype", "PKCS12", "-storepass", keyPassword];
  await run(keytool, ["-genkeypair", ...store, "-keyalg", "RSA", "-dname", "CN=127.0.0.1", "-ext", "SAN=IP:127.0.0.1", "-validity", "30"]);
  return (await run(keytool, ["-exportcert", "-rfc", ...store])).stdout;
}

const secured = ({ broker, controller, secure, keys }: { broker: number; controller: number; secure: number; keys: string }): string => `
listeners=PLAINTEXT://127.0.0.1:${broker},SASL_SSL://127.0.0.1:${secure},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${broker},SASL_SSL://127.0.0.1:${secure}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_gatewatch="right";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PKCS12
ssl.keystore.location=${keys}
ssl.keystore.password=${keyPassword}
`;
