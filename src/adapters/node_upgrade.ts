import type { Refused } from "../handshake/verdict.ts";
import type { NodeIncoming, NodeOutgoing, NodeStream } from "./node_http.ts";
import type { Peers, WsServer } from "./node_peers.ts";
import type { WsSocket } from "./node_socket.ts";

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

/** Switches protocols, over `ws` without a server of its own. */
export class ProtocolSwitch {
  readonly #sockets: WsServer;
  /** What goes on the next 101. */
  #headers: readonly (readonly [string, string])[] = [];

  /** `maxPayload`: bytes of the largest message. */
  constructor({ WebSocketServer }: Peers, maxPayload: number) {
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload,
    });
    this.#sockets.on("headers", (lines) => {
      for (const [name, value] of this.#headers) lines.push(`${name}: ${value}`);
    });
  }

  /** Sends the 101; `undefined` if the client has left. */
  switch(
    incoming: NodeIncoming,
    stream: NodeStream,
    head: Uint8Array,
    headers: readonly (readonly [string, string])[],
    protocol: string,
  ): WsSocket | undefined {
    // What has been judged and chosen, because `ws` would do both again, by rules of its own.
    const request = {
      method: "GET",
      headers: {
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": incoming.headers["sec-websocket-key"],
        ...(protocol === "" ? {} : { "sec-websocket-protocol": protocol }),
      },
    };
    let opened: WsSocket | undefined;
    this.#headers = headers;
    // Headers are Latin-1; Node would write them as UTF-8.
    stream.setDefaultEncoding("latin1");
    try {
      this.#sockets.handleUpgrade(request, stream, head, (socket) => opened = socket);
    } finally {
      stream.setDefaultEncoding("utf8");
      this.#headers = [];
    }
    return opened;
  }
}

/** One request that wants to leave HTTP, from Node's event until it is answered. */
export class NodeUpgrade {
  readonly incoming: NodeIncoming;
  readonly outgoing: NodeOutgoing;
  readonly #stream: NodeStream;
  /** What has come behind the request. */
  #head: Uint8Array;
  /** Set as soon as `ws` is there. */
  protocolSwitch: ProtocolSwitch | undefined;
  #answered = false;
  /** Whether nobody else reads from the client. */
  readonly #exclusive: boolean;
  /** Bytes that were written for earlier requests. */
  readonly #before: number;
  /** Whether a listener that was asked before us reads what comes. */
  readonly #takenBefore: boolean;
  readonly #gone: () => void;

  /** `gone` is called when the client has left before it was answered. */
  constructor(
    incoming: NodeIncoming,
    outgoing: NodeOutgoing,
    stream: NodeStream,
    head: Uint8Array,
    exclusive: boolean,
    gone: () => void = ignore,
  ) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.#stream = stream;
    this.#head = head;
    this.#exclusive = exclusive;
    this.#gone = gone;
    this.#before = stream.bytesWritten;
    this.#takenBefore = stream.listenerCount("data") > 0;
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
    return this.#takenBefore || this.#stream.bytesWritten > this.#before;
  }

  /** Whether the client has left. */
  get left(): boolean {
    return this.#stream.destroyed;
  }

  /** Makes a message, or the request that is made from it, carry this. */
  carriedBy(asking: NodeIncoming | Request): void {
    (asking as Upgrading)[UPGRADE] = this;
  }

  /** From now on a client is noticed that leaves: of one that is not read, Node says nothing. */
  watch(): void {
    if (this.#answered || !this.#exclusive) return;
    this.#stream.on("data", this.#early);
    this.#stream.on("end", this.#end);
  }

  /** Answers with a 101. `undefined` if the client has left. */
  accept(
    headers: readonly (readonly [string, string])[],
    protocol: string,
  ): { readonly raw: WsSocket; readonly stream: NodeStream } | undefined {
    if (this.left) return undefined;
    this.letGo();
    const stream = this.#stream;
    stream.resume();
    const raw = this.protocolSwitch!.switch(this.incoming, stream, this.#head, headers, protocol);
    if (raw === undefined) return undefined;
    stream.off("error", ignore);
    return { raw, stream };
  }

  /** Answers without asking anybody. */
  refuse(refused: Refused): void {
    const { status, headers, message } = refused;
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
    this.letGo();
    if (this.left) return void this.#stream.destroy();
    const stream = this.#stream;
    const { outgoing } = this;
    stream.on("drain", () => outgoing.emit("drain"));
    // Whatever else the client has sent is thrown away; unread, it would cut our answer off.
    stream.resume();
    outgoing.once("finish", () => stream.destroySoon());
    outgoing.assignSocket(stream as never);
  }

  /** Leaves the connection to somebody else. */
  letGo(): void {
    this.#answered = true;
    this.#stream.off("close", this.#left);
    this.#stream.off("data", this.#early);
    this.#stream.off("end", this.#end);
  }

  /** Cuts the connection, answered or not. */
  abandon(): void {
    this.#stream.destroy();
  }

  readonly #early = (chunk: Uint8Array): void => {
    const all = new Uint8Array(this.#head.length + chunk.length);
    all.set(this.#head);
    all.set(chunk, this.#head.length);
    this.#head = all;
    if (all.length > MOST_EARLY) this.#stream.pause();
  };

  /** Who ends its half while it waits has left. Nobody else would free what is left of its connection. */
  readonly #end = (): void => {
    this.#stream.destroy();
  };

  /** The client has left: ends what waits for the answer, and aborts the request's signal. */
  readonly #left = (): void => {
    this.outgoing.destroy();
    this.outgoing.emit("close");
    this.#gone();
  };
}

/** Without a listener, an error of a socket would end the process. */
function ignore(): void {}
