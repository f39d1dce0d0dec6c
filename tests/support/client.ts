/** How a connection ended for its client: 1006 stands for no close frame. */
export interface ClientClose {
  readonly code: number;
  readonly reason: string;
}

/** A message as a client gets it. */
export type ClientMessage = string | ArrayBuffer;

/** A client that behaves alike over a real socket and in memory. */
export interface Client extends Disposable {
  /** The status of the response to its opening handshake. */
  readonly status: number;
  /** The body of that response; `""` for a 101. */
  readonly body: string;
  /** The subprotocol that was agreed on; `""` for none. */
  readonly protocol: string;
  /** Answers neither pings nor close frames from now on. What it is told last is not for `closed`. */
  mute(): void;
  /** The code and reason that it was told, or gave itself. */
  readonly closed: Promise<ClientClose>;
  /** The values of a header of the response. */
  all(name: string): string[];
  send(data: string | Uint8Array<ArrayBuffer>): void;
  /** The next message; `undefined` once the connection has ended and all are read. */
  message(): Promise<ClientMessage | undefined>;
  /** Sends a close frame; without a code by default. */
  close(code?: number, reason?: string): void;
  /** Ends without a close frame. */
  vanish(): void;
  /** Sends what no client may send. */
  breakRules(): void;
  /** Stops reading: what is sent to it waits. */
  pause(): void;
  /** Reads on. */
  resume(): void;
}
