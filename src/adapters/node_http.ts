/** The part of a socket of `node:net` or `node:tls` that we use. */
export interface NodeStream {
  readonly destroyed: boolean;
  readonly remoteAddress?: string | undefined;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly writableNeedDrain: boolean;
  readonly writableCorked: number;
  /** Node's own, and private. What the system has yet to take of the write under way is nowhere else. */
  readonly _handle?: { readonly writeQueueSize?: number } | null;
  /** Likewise: the answer to an earlier request, which is still under way. */
  readonly _httpMessage?: Pick<NodeOutgoing, "once" | "emit"> | null;
  listenerCount(event: string): number;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  once(event: string, listener: (...args: never[]) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  cork(): void;
  uncork(): void;
  setDefaultEncoding(encoding: "latin1" | "utf8"): unknown;
  setTimeout(milliseconds: number, expired?: () => void): unknown;
  destroy(): unknown;
  destroySoon(): void;
}

/** The part of Node's `IncomingMessage` that we use. */
export interface NodeIncoming {
  readonly method?: string | undefined;
  url?: string | undefined;
  readonly httpVersion: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly socket: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean };
}

/** The part of Node's `ServerResponse` that we use. */
export interface NodeOutgoing {
  shouldKeepAlive: boolean;
  readonly headersSent: boolean;
  assignSocket(socket: never): void;
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  end(body: string): unknown;
  once(event: string, listener: () => void): unknown;
  emit(event: string): boolean;
  destroy(): unknown;
}

/** The part of Node's `http.Server` that we use, of `https` too. */
export interface NodeHttpServer {
  /** Adds a listener. */
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  /** Removes a listener. */
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  /** How many listeners an event has. */
  listenerCount(event: string): number;
  /** Calls the listeners of an event. */
  emit(event: string, ...args: unknown[]): boolean;
}
