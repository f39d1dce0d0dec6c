import type { CloseCause } from "../connection/close.ts";
import type { ConnectionRequest } from "../connection/connection.ts";
import type { ConnectionDiagnostics } from "../connection/diagnostics.ts";

/** How a client is connected, by the name that SignalR has for it. */
export type HubTransport = "webSockets" | "serverSentEvents" | "longPolling";

/** The port that a way to connect implements: one client, and what it takes. */
export interface Transport {
  /** Which way it is. */
  readonly name: HubTransport;
  /** Whether it carries bytes; if not, it is text only. */
  readonly binary: boolean;
  /** Whether both sides ping. If not, the transport itself tells who is there. */
  readonly pings: boolean;
  /** The request that the client connected with. */
  readonly request: ConnectionRequest;
  /** What diagnostics say of it. Made anew each time. */
  readonly diagnostics: ConnectionDiagnostics;
  /** Bytes sent that the operating system has not taken yet. */
  readonly bufferedAmount: number;
  /** Milliseconds of the clock of its server. */
  now(): number;
  /** Sends messages that were encoded, one after another in one piece. */
  send(data: string | Uint8Array<ArrayBuffer>): void;
  /** Runs `task`, whose sends share a system call where the runtime can do that. */
  batch(task: () => void): void;
  /** Resolves once `bufferedAmount` is 0 or the client is gone. Never rejects. */
  drained(): Promise<void>;
  /** Ends the connection, after what was sent. */
  close(code: number): void;
  /** Tells whoever runs the server of a fault in user code. Never throws. */
  report(error: unknown): void;
  /** Tells whoever runs the server that a limit has ended the connection. Never throws. */
  limited(cause: CloseCause, message: string): void;
  /** Tells whoever runs the server that a call was not what it should be. Never throws. */
  refused(message: string): void;
}
