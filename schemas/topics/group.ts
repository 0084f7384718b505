/** What a group of workers is called where nobody names it. */
export const defaultGroup = "gatewatch";

/**
 * A topic as a group of workers calls it. What lies between the parts of a pipeline (`gatewatch.internal.<pipeline>.<name>`) is the
 * group's own, `<group>.internal.<pipeline>.<name>`: a second group that read it would take the other's records beside its own. All
 * other topics are everybody's.
 */
export const inGroup = (group: string, topic: string): string =>
  topic.startsWith(`${defaultGroup}.internal.`) ? `${group}${topic.slice(defaultGroup.length)}` : topic;
