import { connect } from "node:net";

const apiVersionsKey = 18;
const limitMs = 1_000;

/** Whether a broker answers ApiVersions on this port of 127.0.0.1: it does so once it is registered and serves. */
export function answersApiVersions(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: limitMs });
    const done = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.once("connect", () => socket.write(request));
    // Length, correlation id, then the error code.
    socket.once("data", (answer) => done(answer.length >= 10 && answer.readInt16BE(8) === 0));
    socket.once("timeout", () => done(false));
    socket.once("error", () => done(false));
    socket.once("close", () => done(false));
  });
}

/** Length, key, version 0, correlation id 1, no client id. */
const request = Buffer.alloc(14);
request.writeInt32BE(10, 0);
request.writeInt16BE(apiVersionsKey, 4);
request.writeInt32BE(1, 8);
request.writeInt16BE(-1, 12);
