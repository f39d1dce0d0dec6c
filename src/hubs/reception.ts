import type { CloseCause } from "../connection/close.ts";
import {
  HandshakeReader,
  handshakeRefusal,
  handshakeResponse,
  readHandshakeRequest,
} from "../wire/handshake.ts";
import { json } from "../wire/json.ts";
import { type HubMessage, MessageType } from "../wire/message.ts";
import { messagePack } from "../wire/messagepack.ts";
import type { Decoder, HubProtocol } from "../wire/protocol.ts";
import { WireError } from "../wire/wire_error.ts";
import { Calls } from "./calls.ts";
import type { Beating } from "./heartbeat.ts";
import type { Context } from "./context.ts";
import { errorText, HubError, texts } from "./hub_error.ts";
import type { HubState } from "./hub_state.ts";
import type { Session } from "./session.ts";
import type { Waiting } from "./waiting.ts";

type Data = string | Uint8Array;

/** The encodings that clients may ask for, by name. */
const PROTOCOLS = new Map<string, HubProtocol>([json, messagePack].map((p) => [p.name, p]));
const NAMES = [...PROTOCOLS.keys()];

/** What all share who need not be told. */
const CONNECTED = Promise.resolve(true);

/** Where one client is received: its handshake, its messages, and both events of the hub. */
export class Reception implements Beating {
  readonly #hub: HubState;
  readonly session: Session;
  readonly #waiting: Waiting;
  readonly #calls: Calls;
  #handshake: HandshakeReader | undefined;
  #decoder: Decoder | undefined;
  /** What has come since the last message: of several in one piece, the first is counted with all. */
  #bytes = 0;
  /** Settles to whether `onConnected` has succeeded; `undefined` before it was called. */
  #connected: Promise<boolean> | undefined;

  constructor(hub: HubState, session: Session, waiting: Waiting) {
    this.#hub = hub;
    this.session = session;
    this.#waiting = waiting;
    this.#calls = new Calls(hub, session, waiting);
    this.#handshake = new HandshakeReader(session.limits.maximumReceiveMessageSize);
  }

  /** Takes what has arrived, in whatever pieces. */
  receive(data: Data): void {
    this.session.pulse.heard();
    try {
      if (this.#decoder !== undefined) this.#read(this.#decoder, data);
      else if (this.#handshake !== undefined) this.#shakeHands(this.#handshake, data);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#broken(error);
    }
  }

  /** The client has had its time to shake hands. */
  late(): void {
    if (this.#handshake !== undefined) this.#refuseHandshake("Handshake was canceled.");
  }

  /** There is no room for what it has sent: the client has to go. */
  overflow(): void {
    const message = "more waits for the handlers of a hub than maxQueue allows";
    this.#handshake = undefined;
    this.#decoder = undefined;
    this.#calls.end(true);
    if (!this.session.open) return;
    this.session.transport.limited("backpressure", message);
    this.session.close({
      cause: "backpressure",
      error: errorText(texts.closed, new HubError(message), false),
      allowReconnect: true,
      code: 1013,
    });
  }

  /** The client is gone. */
  ended(how: CloseCause): void {
    const session = this.session;
    // We may have had a reason that the connection does not know.
    const cause = session.end?.cause ?? how;
    this.#handshake = undefined;
    this.#decoder = undefined;
    session.ended();
    this.#hub.roster.delete(session);
    this.#calls.end();
    this.#waiting.end();
    const { onDisconnected, filters } = this.#hub.options;
    if (this.#connected === undefined || (!onDisconnected && filters.length === 0)) return;
    this.#connected.then((connected) => {
      if (!connected) return;
      const run = (context: Context) => onDisconnected?.(context as never, cause);
      return this.#event("onDisconnected", run, [cause]);
    }).catch((error) => this.session.transport.report(error));
  }

  #shakeHands(handshake: HandshakeReader, data: Data): void {
    const found = handshake.push(data);
    if (found === undefined) return;
    const request = readHandshakeRequest(found.text);
    const protocol = PROTOCOLS.get(request.protocol);
    const refusal = handshakeRefusal(request, NAMES);
    if (refusal === undefined && protocol !== undefined) this.#begin(protocol, found.rest);
    else this.#refuseHandshake(refusal ?? "");
  }

  #begin(protocol: HubProtocol, rest: Data): void {
    const session = this.session;
    const { maximumReceiveMessageSize: maxMessageSize } = session.limits;
    this.#handshake = undefined;
    if (this.#hub.closed) return session.close({ cause: "shutdown", allowReconnect: true });
    session.begin(protocol, handshakeResponse());
    this.#hub.roster.add(session);
    this.#decoder = protocol.decoder({ maxMessageSize });
    this.#connected = this.#connect();
    if (rest.length > 0) this.receive(rest);
  }

  #refuseHandshake(error: string): void {
    this.#handshake = undefined;
    this.session.refuse(handshakeResponse(error));
  }

  /** Runs `onConnected`, after which calls begin. Never rejects. */
  #connect(): Promise<boolean> {
    const { onConnected, filters, limits } = this.#hub.options;
    const start = () => {
      this.#calls.start();
      return true;
    };
    if (!onConnected && filters.length === 0) {
      start();
      return CONNECTED;
    }
    const run = (context: Context) => onConnected?.(context as never);
    return this.#event("onConnected", run, []).then(start).catch((error) => {
      if (!(error instanceof HubError)) this.session.transport.report(error);
      this.session.close({
        cause: "handler-error",
        error: errorText(texts.closed, error, limits.enableDetailedErrors),
        allowReconnect: false,
        code: 1011,
      });
      return false;
    });
  }

  async #event(
    name: "onConnected" | "onDisconnected",
    run: (context: Context) => unknown,
    args: readonly unknown[],
  ): Promise<void> {
    const session = this.session;
    const context = this.#hub.contextOf(session, {
      get signal() {
        return session.signal;
      },
      beforeAnswer(call) {
        if (name !== "onConnected") return;
        throw new TypeError(
          `Cannot call ${call}: expected a client that is connected, got one whose onConnected has yet to end`,
        );
      },
    });
    await this.#hub.run(context, name, args, () => run(context));
  }

  #read(decoder: Decoder, data: Data): void {
    this.#bytes += data.length;
    for (const message of decoder.push(data)) {
      // The last message may have come, or may have gone out.
      if (this.#decoder !== decoder || !this.session.open) return;
      this.#handle(message, this.#bytes);
      this.#bytes = 0;
    }
  }

  #handle(message: HubMessage, bytes: number): void {
    switch (message.type) {
      case MessageType.invocation:
      case MessageType.streamInvocation:
        return this.#calls.call(message, bytes);
      case MessageType.streamItem:
        return this.#calls.item(message, bytes);
      case MessageType.completion:
        return this.#calls.completion(message);
      case MessageType.cancelInvocation:
        return this.#calls.cancel(message);
      case MessageType.ping:
        return this.session.pulse.pinged();
      case MessageType.close:
        return this.session.close({ cause: "peer", allowReconnect: false });
    }
  }

  /** What came is not the hub protocol, or too much of it: where it goes on is not known any more. */
  #broken(error: WireError): void {
    const { limits } = this.#hub.options;
    this.#decoder = undefined;
    const large = error.message.startsWith("The maximum message size");
    const cause = large ? "payload-too-large" : "network";
    if (large) this.session.transport.limited(cause, error.message);
    if (this.#handshake !== undefined) {
      return this.#refuseHandshake(errorText(texts.handshake, error, limits.enableDetailedErrors));
    }
    this.session.close({
      cause,
      error: errorText(texts.closed, error, limits.enableDetailedErrors),
      allowReconnect: true,
    });
  }
}
