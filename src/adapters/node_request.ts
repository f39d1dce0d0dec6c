import type { ConnectionRequest } from "../connection/connection.ts";

/** Between the names and values of headers: a value never holds it. */
const SEPARATOR = "\n";

/**
 * What stays readable of a request. Its headers are one text until somebody wants them: Node's own
 * message would take three times the memory, and so would a string for each.
 */
export class NodeConnectionRequest implements ConnectionRequest {
  readonly url: string;
  readonly remoteAddress: string;
  #raw: string;
  #headers: Headers | undefined;

  /** `rawHeaders`: names and values in turn. */
  constructor(url: string, rawHeaders: readonly string[], remoteAddress: string) {
    this.url = url;
    this.remoteAddress = remoteAddress;
    this.#raw = rawHeaders.join(SEPARATOR);
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      const headers = new Headers();
      const parts = this.#raw.split(SEPARATOR);
      for (let i = 0; i + 1 < parts.length; i += 2) headers.append(parts[i]!, parts[i + 1]!);
      this.#headers = headers;
      this.#raw = "";
    }
    return this.#headers;
  }
}
