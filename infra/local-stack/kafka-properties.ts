interface Listening {
  readonly broker: number;
  readonly controller: number;
  readonly data: string;
}

/**
 * One node that holds everything alone: internal topics small, groups without a first wait, short sessions allowed for tests. After
 * a SIGKILL the broker may register anew only when its former session is over, hence the short one.
 */
export const brokerProperties = ({ broker, controller, data }: Listening): string => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${broker}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${data}
auto.create.topics.enable=false
num.partitions=4
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
log.cleaner.dedupe.buffer.size=16777216
log.cleaner.backoff.ms=2000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
`;

/** To standard output, which the part's log file takes. Warnings only: a broker's information runs to megabytes. */
export const logProperties = `status = error
appenders = out
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %-5p %m (%c{1})%n%xEx{short}
rootLogger.level = warn
rootLogger.appenderRefs = out
rootLogger.appenderRef.out.ref = out
`;
