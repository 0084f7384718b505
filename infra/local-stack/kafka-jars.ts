import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, fillCache } from "./cache.ts";
import { runMaven } from "./maven.ts";
import { versions } from "./versions.ts";

export const kafkaVersion = versions.kafka;
const name = `kafka-${kafkaVersion}`;
const plugin = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies";

export const hasKafkaJars = (): boolean => existsSync(cached(name));

/** The folder with Kafka's jars, fetched by Maven the first time and kept in the cache. */
export async function kafkaJars(onProgress?: (doing: string) => void): Promise<string> {
  const home = await fillCache(name, async (dir) => {
    onProgress?.(`fetching Apache Kafka ${kafkaVersion} by Maven (about 54 MB, once)`);
    const file = join(dir, "pom.xml");
    await writeFile(file, pom);
    const args = ["-f", file, plugin, `-DoutputDirectory=${join(dir, "jars")}`, "-DincludeScope=runtime"];
    await runMaven(`Apache Kafka ${kafkaVersion}`, name, args);
  });
  return join(home, "jars");
}

const artifact = (id: string): string =>
  `<dependency><groupId>org.apache.kafka</groupId><artifactId>${id}</artifactId><version>${kafkaVersion}</version></dependency>`;

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>gatewatch</groupId>
  <artifactId>local-kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    ${artifact("kafka_2.13")}
    ${artifact("kafka-tools")}
  </dependencies>
</project>
`;
