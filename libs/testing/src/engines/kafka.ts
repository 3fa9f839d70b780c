import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Engine, freePort, listensOn } from './engine.ts';
import { fetchJars, type Pinned } from './fetch.ts';

const LOG4J = '2.24.3';
export const KAFKA: Pinned = {
  name: 'Apache Kafka',
  version: '4.1.1',
  digest: 'e41fc051165a94bfb20c39ab7d1dd2eafe829f11abf6890e10df6dd4d38ff920',
};

const CONSOLE_LOG = `rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %m%n
`;

/** One node, loopback, everything on disk below `directory`; topics are made by whoever needs them, never by use. */
const propertiesOf = (
  directory: string,
  port: number,
  controllerPort: number,
): string => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${directory}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
log.cleaner.dedupe.buffer.size=20000000
`;

export interface KafkaEngine {
  readonly brokers: readonly string[];
  /** Log segments and all else that the broker keeps. */
  readonly directory: string;
  readonly engine: Engine;
  /** Stops it and removes what it kept. */
  dispose(): Promise<void>;
}

/** A real broker in KRaft mode, one node, started and ready. */
export async function startKafka(): Promise<KafkaEngine> {
  const lib = await fetchJars(KAFKA, [
    { group: 'org.apache.kafka', artifact: 'kafka_2.13', version: KAFKA.version },
    { group: 'org.apache.kafka', artifact: 'kafka-tools', version: KAFKA.version },
    // The broker publishes a management bean of log4j's, so log4j-core must be there.
    { group: 'org.apache.logging.log4j', artifact: 'log4j-core', version: LOG4J },
    { group: 'org.apache.logging.log4j', artifact: 'log4j-slf4j-impl', version: LOG4J },
  ]);
  const directory = await mkdtemp(join(tmpdir(), 'smartscan-kafka-'));
  const port = await freePort();
  const properties = join(directory, 'server.properties');
  const logging = join(directory, 'log4j2.properties');
  await writeFile(properties, propertiesOf(directory, port, await freePort()));
  await writeFile(logging, CONSOLE_LOG);
  const java = ['-Xmx512m', '-cp', `${lib}/*`, `-Dlog4j2.configurationFile=${logging}`];
  const cluster = randomBytes(16).toString('base64url');
  await promisify(execFile)('java', [
    ...java,
    'kafka.tools.StorageTool',
    'format',
    // In one word: an id may begin with a hyphen.
    `--cluster-id=${cluster}`,
    '-c',
    properties,
    '--ignore-formatted',
  ]);
  const engine = new Engine({
    name: KAFKA.name,
    command: 'java',
    args: [...java, 'kafka.Kafka', properties],
    ready: () => listensOn(port),
  });
  const dispose = async (): Promise<void> => {
    await engine.kill();
    await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  await engine.start().catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  return { brokers: [`127.0.0.1:${port}`], directory, engine, dispose };
}
