/** What ends each message of the hub protocol in JSON. */
const END = "\x1e";

const PING = JSON.stringify({ type: 6 }) + END;

/**
 * The hub protocol in JSON, the client's side of it, without a socket: calls, streams, and answers to
 * what the server asks.
 */
export class HubLine {
  #send;
  #said;
  #answer;
  #greeted = false;
  #rest = "";
  #last = 0;
  /** What was called, by the numbers of calls that are not over. */
  #calls = new Map();

  /** `send` takes a text, `said` a line and whether it is bad, `answer` makes the result for the server. */
  constructor({ send, said, answer }) {
    this.#send = send;
    this.#said = said;
    this.#answer = answer;
    this.#write({ protocol: "json", version: 1 });
  }

  /** Calls that are not over. */
  get open() {
    return this.#calls.size;
  }

  /** Text came; messages may be cut anywhere. */
  received(text) {
    const parts = (this.#rest + text).split(END);
    this.#rest = parts.pop();
    for (const part of parts) this.#read(JSON.parse(part));
  }

  /** Tells the server that we are there. */
  ping() {
    this.#send(PING);
  }

  call(target, args) {
    this.#begin(1, target, args);
  }

  stream(target, args) {
    this.#begin(4, target, args);
  }

  /** Ends whatever streams. */
  cancel() {
    for (const [invocationId, { streams }] of this.#calls) {
      if (streams) this.#write({ type: 5, invocationId });
    }
  }

  #begin(type, target, args) {
    const invocationId = `${++this.#last}`;
    this.#calls.set(invocationId, { target, streams: type === 4 });
    this.#said(`#${invocationId} ${target}(${listed(args)})`, false);
    this.#write({ type, invocationId, target, arguments: args });
  }

  #read(message) {
    if (!this.#greeted) {
      this.#greeted = true;
      const { error, minorVersion: _minor, ...rest } = message;
      if (Object.keys(rest).length > 0) throw new Error("expected the answer to a handshake");
      return error ? this.#said(`refused: ${error}`, true) : this.#said("connected", false);
    }
    const { type, invocationId, target, item, result, error } = message;
    switch (type) {
      case 1:
        return this.#asked(invocationId, target, message.arguments);
      case 2:
        return this.#said(`#${invocationId} item ${JSON.stringify(item)}`, false);
      case 3: {
        if (!this.#calls.delete(invocationId)) return;
        if (error !== undefined) return this.#said(`#${invocationId} failed: ${error}`, true);
        const given = result === undefined ? "is over" : `is ${JSON.stringify(result)}`;
        return this.#said(`#${invocationId} ${given}`, false);
      }
      case 7:
        return this.#said(`closed by the server${error ? `: ${error}` : ""}`, error !== undefined);
    }
  }

  #asked(invocationId, target, args) {
    this.#said(`the server calls ${target}(${listed(args)})`, false);
    if (invocationId === undefined) return;
    try {
      const result = this.#answer();
      this.#write({ type: 3, invocationId, result });
      this.#said(`answered ${JSON.stringify(result)}`, false);
    } catch ({ message }) {
      this.#write({ type: 3, invocationId, error: message });
      this.#said(`answered with an error: ${message}`, true);
    }
  }

  #write(message) {
    this.#send(JSON.stringify(message) + END);
  }
}

function listed(args) {
  return args.map((arg) => JSON.stringify(arg)).join(", ");
}

/** Reads a list of arguments: JSON values with commas between. */
export function parseArguments(text) {
  try {
    return JSON.parse(`[${text}]`);
  } catch {
    throw new Error(`Expected JSON values with commas between, such as 1, "two", got ${text}`);
  }
}
