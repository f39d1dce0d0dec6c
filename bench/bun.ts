/**
 * The parts of Bun that the bench uses, so that the files type-check on Deno.
 */

/** An open WebSocket of `Bun.serve`. */
export interface BunWebSocket<T = unknown> {
  data: T;
  send(data: string | Uint8Array | ArrayBuffer): number;
}

/** What `Bun.serve` passes to fetch beside the request. */
export interface BunServer {
  readonly port: number;
  upgrade(request: Request, options?: { data?: unknown }): boolean;
}

/** A TCP socket of `Bun.connect`. */
export interface BunSocket<T> {
  readonly data: T;
  /** Returns how many bytes the operating system took; the rest is the caller's to keep. */
  write(bytes: Uint8Array | string): number;
  end(): void;
  terminate(): void;
}

/** What happens on a TCP socket. */
export interface BunSocketHandlers<T> {
  open(socket: BunSocket<T>): void;
  data(socket: BunSocket<T>, chunk: Uint8Array): void;
  drain(socket: BunSocket<T>): void;
  close(socket: BunSocket<T>): void;
  connectError(socket: BunSocket<T>, error: Error): void;
}

interface BunNamespace {
  serve(options: Record<string, unknown>): BunServer;
  connect<T>(
    options: { hostname: string; port: number; data: T; socket: BunSocketHandlers<T> },
  ): Promise<BunSocket<T>>;
  gc(force: boolean): void;
}

/** The runtime; `undefined` members of it are never touched on Deno and Node. */
export const Bun = (globalThis as unknown as { Bun: BunNamespace }).Bun;
