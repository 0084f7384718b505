import type { LogPort } from "../../infra/kafka/port.ts";

/** The port as an object whose methods can be replaced one by one. */
export const plainly = (inner: LogPort): LogPort => ({
  kind: inner.kind,
  admin: inner.admin,
  feed: inner.feed,
  fetch: (place, offset, limits) => inner.fetch(place, offset, limits),
  fence: (id) => inner.fence(id),
  producer: () => inner.producer(),
  join: (options) => inner.join(options),
  close: () => inner.close(),
});
