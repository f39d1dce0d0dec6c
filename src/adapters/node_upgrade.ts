import type { Clock } from "../base/clock.ts";
import type { Refused } from "../handshake/verdict.ts";
import type { NodeIncoming, NodeOutgoing, NodeStream } from "./node_http.ts";
import type { WsSocket } from "./node_socket.ts";
import type { ProtocolSwitch } from "./node_switch.ts";

/** Where Node's message, and the request that is made from it, carry the upgrade they ask for. */
const UPGRADE = Symbol("edgesocket");

interface Upgrading {
  [UPGRADE]?: NodeUpgrade | undefined;
}

/** The upgrade that a message or a request asks for: what Node's event of that name came with. */
export function upgradeOf(asking: NodeIncoming | Request): NodeUpgrade | undefined {
  return (asking as Upgrading)[UPGRADE];
}

/** Bytes that a client may send before it has an answer; RFC 6455 §4.1 tells it to wait. */
const MOST_EARLY = 64 * 1024;

/**
 * Milliseconds that others have to take an upgrade that we have left to them. Then it is cut: Node
 * has no timeout for it any more, and they may have left it to us.
 */
const PATIENCE = 60_000;

/** What Node's event of that name comes with. */
export interface UpgradeEvent {
  readonly incoming: NodeIncoming;
  readonly outgoing: NodeOutgoing;
  readonly stream: NodeStream;
  /** What has come behind the request. */
  readonly head: Uint8Array;
}

/** One request that wants to leave HTTP, from Node's event until its connection is not ours any more. */
export class NodeUpgrade {
  readonly incoming: NodeIncoming;
  readonly outgoing: NodeOutgoing;
  readonly #stream: NodeStream;
  #head: Uint8Array;
  /** Set as soon as `ws` is there. */
  protocolSwitch: ProtocolSwitch | undefined;
  #answered = false;
  #watched = false;
  /** Whether it is for nobody else to answer, or to read from. */
  readonly exclusive: boolean;
  /** Bytes that were written for earlier requests. */
  #before: number;
  /** Whether a listener that was asked before us reads what comes. */
  readonly #takenBefore: boolean;
  readonly #released: () => void;

  /** `released` is called when the connection has ended, or is somebody else's. */
  constructor(
    { incoming, outgoing, stream, head }: UpgradeEvent,
    exclusive: boolean,
    released: () => void,
  ) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.#stream = stream;
    this.#head = head;
    this.exclusive = exclusive;
    this.#released = released;
    this.#before = stream.bytesWritten;
    this.#takenBefore = isRead(stream);
    stream.on("error", ignore);
    stream.on("close", this.#left);
    outgoing.shouldKeepAlive = false;
  }

  /** Whether it is not for us to answer any more. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Whether somebody else has said something to the client. */
  get taken(): boolean {
    const { _httpMessage, bytesWritten } = this.#stream;
    // An answer that another listener has begun, and not written yet.
    const begun = !this.#answered && Boolean(_httpMessage);
    return this.#takenBefore || begun || bytesWritten > this.#before;
  }

  /** Makes a message, or the request that is made from it, carry this. */
  carriedBy(asking: NodeIncoming | Request): void {
    (asking as Upgrading)[UPGRADE] = this;
  }

  /**
   * Calls `task` when the earlier requests of the connection are answered: answers have to come in
   * the order of the requests, RFC 9112 §9.3.2. Never, if the connection ends before.
   */
  inTurn(task: () => void): void {
    const stream = this.#stream;
    if (stream._httpMessage) this.watch();
    afterEarlier(stream, () => {
      this.#before = stream.bytesWritten;
      task();
    });
  }

  /** From now on a client is noticed that leaves: of one that is not read, Node says nothing. */
  watch(): void {
    if (this.#watched || this.#answered || !this.exclusive) return;
    this.#watched = true;
    this.#stream.on("data", this.#early);
    this.#stream.on("end", this.abandon);
  }

  /** Answers with a 101. `undefined` if the client has left. `compress`: an offer of it is taken. */
  accept(
    headers: readonly (readonly [string, string])[],
    protocol: string,
    compress = false,
  ): { readonly raw: WsSocket; readonly stream: NodeStream } | undefined {
    const stream = this.#stream;
    if (stream.destroyed) return undefined;
    this.#settle();
    this.#released();
    stream.resume();
    const { incoming } = this;
    const raw = this.protocolSwitch!
      .switch(incoming, stream, this.#head, headers, protocol, compress);
    if (raw === undefined) return undefined;
    stream.off("error", ignore);
    return { raw, stream };
  }

  /** Answers without asking anybody. */
  refuse({ status, headers, message }: Refused): void {
    this.respond();
    this.outgoing.writeHead(status, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": `${message.length + 1}`,
      ...headers,
    });
    this.outgoing.end(`${message}\n`);
  }

  /** Lets what was or will be written to `outgoing` go out, and ends the connection behind it. */
  respond(): void {
    this.#settle();
    const stream = this.#stream;
    const { outgoing } = this;
    if (stream.destroyed) return this.#released();
    stream.once("close", this.#released);
    stream.on("drain", () => outgoing.emit("drain"));
    // Whatever else the client has sent is thrown away; unread, it would cut our answer off.
    stream.resume();
    outgoing.once("finish", () => stream.destroySoon());
    outgoing.assignSocket(stream as never);
  }

  /** Leaves the connection to the other listeners, for whom `clock` runs. */
  leaveToOthers(clock: Clock): void {
    this.#settle();
    this.#released();
    if (!this.#takenBefore) cutUnlessTaken(this.#stream, this.#before, clock);
  }

  /** Cuts the connection, answered or not, unless somebody else has it by now. */
  readonly abandon = (): void => {
    const stream = this.#stream;
    const others = !this.exclusive && !this.#answered;
    if (!others || (!this.taken && !isRead(stream))) stream.destroy();
    else {
      this.#settle();
      this.#released();
    }
  };

  #settle(): void {
    this.#answered = true;
    this.#stream.off("close", this.#left);
    this.#stream.off("data", this.#early);
    this.#stream.off("end", this.abandon);
  }

  readonly #early = (chunk: Uint8Array): void => {
    const all = new Uint8Array(this.#head.length + chunk.length);
    all.set(this.#head);
    all.set(chunk, this.#head.length);
    this.#head = all;
    if (all.length > MOST_EARLY) this.#stream.pause();
  };

  /** The client has left: ends what waits for the answer, and aborts the request's signal. */
  readonly #left = (): void => {
    this.outgoing.destroy();
    this.outgoing.emit("close");
    this.#released();
  };
}

/**
 * Calls `task` when what was asked earlier on a connection is answered. Never, if it ends before.
 */
function afterEarlier(stream: NodeStream, task: () => void): void {
  if (stream.destroyed) return;
  const earlier = stream._httpMessage;
  if (!earlier) return task();
  // Node has taken its own listener off: without it, a long answer would stop halfway.
  const drain = () => earlier.emit("drain");
  stream.on("drain", drain);
  earlier.once("close", () => {
    stream.off("drain", drain);
    afterEarlier(stream, task);
  });
}

/** Leaves a connection to other listeners, for whom `clock` runs once it is their turn. */
export function leaveToOthers(stream: NodeStream, clock: Clock): void {
  // Until one of them has it, nobody else listens to its errors.
  stream.on("error", ignore);
  // The answers to earlier requests are none of theirs.
  afterEarlier(stream, () => cutUnlessTaken(stream, stream.bytesWritten, clock));
}

/**
 * Cuts a connection that was left to others, if none of them has read or written anything in time.
 *
 * @param before Bytes that were written for earlier requests.
 */
function cutUnlessTaken(stream: NodeStream, before: number, clock: Clock): void {
  const cancel = clock.after(PATIENCE, () => {
    if (!isRead(stream) && stream.bytesWritten <= before) stream.destroy();
  });
  stream.once("close", cancel);
}

/**
 * Whether somebody reads a connection. What `ws` has taken says so on Bun by nothing but the property
 * in which `ws` notes that: there it neither listens to the stream nor writes to it.
 */
function isRead(stream: NodeStream): boolean {
  return stream.listenerCount("data") + stream.listenerCount("readable") > 0 ||
    Object.getOwnPropertySymbols(stream).some(({ description }) => description === "websocket");
}

/** Without a listener, an error of a socket would end the process. */
function ignore(): void {}
