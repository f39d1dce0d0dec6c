import type { CloseCause } from "../connection/close.ts";
import { handshakeResponse } from "../wire/handshake.ts";
import { type HubMessage, MessageType } from "../wire/message.ts";
import type { Decoder, HubProtocol } from "../wire/protocol.ts";
import { WireError } from "../wire/wire_error.ts";
import { Calls } from "./calls.ts";
import { isNumbered } from "./continuity.ts";
import { Greeting } from "./greeting.ts";
import type { Beating } from "./heartbeat.ts";
import { errorText, HubError, texts } from "./hub_error.ts";
import { HubEvents } from "./hub_events.ts";
import type { HubState } from "./hub_state.ts";
import type { Session } from "./session.ts";
import type { Waiting } from "./waiting.ts";

type Data = string | Uint8Array;

/** Where one client is received: its handshake, its messages, and both events of the hub. */
export class Reception implements Beating {
  readonly #hub: HubState;
  readonly session: Session;
  readonly #waiting: Waiting;
  readonly #calls: Calls;
  readonly #events: HubEvents;
  /** Before it has shaken hands. */
  #greeting: Greeting | undefined;
  #decoder: Decoder | undefined;
  /** What has come since the last message: of several in one piece, the first is counted with all. */
  #bytes = 0;

  constructor(hub: HubState, session: Session, waiting: Waiting) {
    this.#hub = hub;
    this.session = session;
    hub.roster.arrive(session);
    this.#waiting = waiting;
    this.#calls = new Calls(hub, session, waiting);
    this.#events = new HubEvents(hub, session);
    const { maximumReceiveMessageSize } = session.limits;
    this.#greeting = new Greeting(maximumReceiveMessageSize, hub.encodings, waiting, {
      begin: (protocol, rest) => this.#begin(protocol, rest),
      refuse: (error) => this.#refuseHandshake(error),
      report: (error) => session.transport.report(error),
    });
  }

  /** Takes what has arrived, in whatever pieces. */
  receive(data: Data): void {
    this.session.pulse.heard();
    try {
      if (this.#decoder !== undefined) this.#read(this.#decoder, data);
      else this.#greeting?.receive(data);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#broken(error);
    }
  }

  /** The client has had its time to shake hands. */
  late(): void {
    if (this.#greeting !== undefined) this.#refuseHandshake("Handshake was canceled.");
  }

  /** There is no room for what it has sent: the client has to go. */
  overflow(): void {
    const message = "more waits for the handlers of a hub than maxQueue allows";
    const error = new HubError(message);
    this.#decoder = undefined;
    this.#calls.end(true);
    if (this.#greeting === undefined && !this.session.open) return;
    this.session.transport.limited("backpressure", message);
    if (this.#greeting !== undefined) {
      return this.#refuseHandshake(errorText(texts.handshake, error, false));
    }
    this.session.close({
      cause: "backpressure",
      error: errorText(texts.closed, error, false),
      allowReconnect: true,
      code: 1013,
    });
  }

  /** The client was cut off, and may come back. */
  suspend(): void {
    this.#decoder = undefined;
    this.session.suspend();
  }

  /** It is back: half a message that had come before comes again as a whole. */
  resume(): void {
    const { session } = this;
    const { maximumReceiveMessageSize: maxMessageSize } = session.limits;
    this.#decoder = session.protocol!.decoder({ maxMessageSize });
    this.#bytes = 0;
    session.pulse.heard();
    session.resume(session.continuity!);
  }

  /** The client is gone. */
  ended(how: CloseCause): void {
    const session = this.session;
    // We may have had a reason that the connection does not know.
    const cause = session.end?.cause ?? how;
    this.#endGreeting();
    this.#decoder = undefined;
    session.ended();
    this.#hub.roster.delete(session);
    this.#calls.end();
    this.#waiting.end();
    this.#events.disconnected(cause);
  }

  #begin(protocol: HubProtocol, rest: readonly Data[]): void {
    const session = this.session;
    const { maximumReceiveMessageSize: maxMessageSize } = session.limits;
    this.#endGreeting();
    // While the encoding was loaded, we may have ended it ourselves.
    if (session.end !== undefined) return;
    if (this.#hub.closed) return session.close({ cause: "shutdown", allowReconnect: true });
    if (protocol.transferFormat === "Binary" && !session.transport.binary) {
      return this.#refuseHandshake(textOnly(protocol.name));
    }
    session.begin(protocol, handshakeResponse());
    this.#hub.roster.add(session);
    this.#decoder = protocol.decoder({ maxMessageSize });
    this.#events.connected(() => this.#calls.start());
    for (const data of rest) if (data.length > 0) this.receive(data);
  }

  #refuseHandshake(error: string): void {
    this.#endGreeting();
    this.session.refuse(handshakeResponse(error));
  }

  #endGreeting(): void {
    this.#greeting?.end();
    this.#greeting = undefined;
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
    const { continuity } = this.session;
    if (continuity !== undefined && isNumbered(message.type)) {
      if (!continuity.received.take(bytes)) return;
      if (continuity.received.due) this.session.acknowledge();
    }
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
      case MessageType.ack:
        return continuity?.acknowledge(message.sequenceId);
      case MessageType.sequence:
        return continuity?.received.goOn(message.sequenceId);
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
    if (this.#greeting !== undefined) {
      return this.#refuseHandshake(errorText(texts.handshake, error, limits.enableDetailedErrors));
    }
    this.session.close({
      cause,
      error: errorText(texts.closed, error, limits.enableDetailedErrors),
      allowReconnect: true,
    });
  }
}

/** In the words of ASP.NET Core. */
function textOnly(protocol: string): string {
  return `Cannot use the '${protocol}' protocol on the current transport. The transport does not support 'Binary' transfer format.`;
}
