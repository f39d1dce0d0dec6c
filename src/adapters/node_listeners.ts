import { ServerResponse } from "node:http";
import { isPromise } from "../base/contain.ts";
import { usageError } from "../base/usage_error.ts";
import { refusal, refusalResponse } from "../handshake/verdict.ts";
import type { Fetch, ListeningServer } from "../server/adapter.ts";
import type { NodeIncoming, NodeOutgoing, NodeStream } from "./node_http.ts";
import { findPeers, type NodeContext, type Peers } from "./node_peers.ts";
import { NodeUpgrade, ProtocolSwitch, upgradeOf } from "./node_upgrade.ts";

/** Whose upgrades a pair of listeners answers. */
export interface Claim {
  /** Whether an upgrade may be ours, by its request alone. */
  mayBeOurs(incoming: NodeIncoming): boolean;
  /** Whether an upgrade that nobody here wants is ours all the same, to be answered with 404. */
  sole(): boolean;
  /** Answers a request that asks for another protocol, which nobody has to speak. */
  ordinary(incoming: NodeIncoming, outgoing: NodeOutgoing): void;
}

/** The listeners of one server, and what of its upgrades is not answered yet. */
export class NodeListeners {
  readonly #claim: Claim;
  readonly #report: ListeningServer["report"];
  /** The upgrades that are not answered yet. */
  readonly #waiting = new Map<NodeUpgrade, Promise<void>>();
  #listener: ((incoming: NodeIncoming, outgoing: NodeOutgoing) => Promise<void>) | undefined;
  #switch: ProtocolSwitch | undefined;
  /** Resolves when the packages are found that this needs; rejects if they are not there. */
  readonly ready: Promise<void>;

  constructor(fetch: Fetch, server: ListeningServer, claim: Claim) {
    this.#claim = claim;
    this.#report = server.report;
    this.ready = findPeers().then((peers) => {
      this.#switch = new ProtocolSwitch(peers, server.maxPayloadLength);
      this.#listener = this.#listenerFor(fetch, peers);
    });
  }

  /** Answers what stays HTTP. */
  request(incoming: NodeIncoming, outgoing: NodeOutgoing): void {
    if (this.#listener) void this.#listener(incoming, outgoing);
    else this.ready.then(() => this.request(incoming, outgoing), () => outgoing.destroy());
  }

  /** Answers what wants to leave it, if it is ours. */
  upgrade(incoming: NodeIncoming, stream: NodeStream, head: Uint8Array): void {
    if (!this.#claim.mayBeOurs(incoming)) return;
    const { url = "", socket } = incoming;
    // A target with a scheme is believed, but for this one: the page could be anybody's.
    if (socket.encrypted && /^http:/i.test(url)) incoming.url = `https${url.slice("http".length)}`;
    const sole = this.#claim.sole();
    const outgoing = new ServerResponse(incoming as never) as unknown as NodeOutgoing;
    // Nobody waits for an answer that nobody would get: the route may never give one.
    const gone = () => void this.#waiting.delete(upgrade);
    const upgrade = new NodeUpgrade(incoming, outgoing, stream, head, sole, gone);
    if (asksForWebSocket(incoming)) {
      this.#waiting.set(upgrade, this.#answer(upgrade));
    } else if (!sole) {
      upgrade.letGo();
    } else if (hasBody(incoming)) {
      upgrade.refuse(BODY);
    } else {
      upgrade.respond();
      this.#claim.ordinary(incoming, outgoing);
    }
  }

  /** Refuses what wants a tunnel. */
  connect(incoming: NodeIncoming, stream: NodeStream, head: Uint8Array): void {
    const outgoing = new ServerResponse(incoming as never) as unknown as NodeOutgoing;
    new NodeUpgrade(incoming, outgoing, stream, head, true).refuse(CONNECT);
  }

  /** Resolves when every upgrade that has come by now is answered. */
  async settled(): Promise<void> {
    await Promise.all(this.#waiting.values());
  }

  /** Cuts every connection whose upgrade is not answered. */
  abort(): void {
    for (const upgrade of this.#waiting.keys()) upgrade.abandon();
  }

  async #answer(upgrade: NodeUpgrade): Promise<void> {
    try {
      // If it is rejected, whoever has made this is told.
      if (this.#listener === undefined) await this.ready.catch(() => upgrade.abandon());
      upgrade.protocolSwitch = this.#switch;
      upgrade.carriedBy(upgrade.incoming);
      await this.#listener?.(upgrade.incoming, upgrade.outgoing);
      // What makes no `Request` never came to fetch: a 400 waits to be sent.
      if (!upgrade.answered) this.#respond(upgrade, 400);
    } finally {
      this.#waiting.delete(upgrade);
    }
  }

  /** Answers with a status other than 101, unless the upgrade is not ours; says whether it is. */
  #respond(upgrade: NodeUpgrade, status: number): boolean {
    if (upgrade.taken) {
      if (status !== 404) this.#report(ANSWERED, undefined);
      upgrade.letGo();
      return false;
    }
    const ours = status !== 404 || this.#claim.sole();
    if (ours) upgrade.respond();
    else upgrade.letGo();
    return ours;
  }

  #listenerFor(fetch: Fetch, { getRequestListener, RESPONSE_ALREADY_SENT }: Peers) {
    const settle = (upgrade: NodeUpgrade, response: Response): Response => {
      if (upgrade.answered || !this.#respond(upgrade, response.status)) {
        return RESPONSE_ALREADY_SENT;
      }
      // A refusal that says `Connection: Upgrade` says that the connection ends, too.
      if (response.headers.has("connection")) response.headers.append("connection", "close");
      return response;
    };
    const answer = (request: Request, context: NodeContext): Response | Promise<Response> => {
      const upgrade = upgradeOf(context.incoming);
      if (upgrade === undefined) return fetch(request, context);
      upgrade.carriedBy(request);
      const response = fetch(request, context);
      return isPromise(response)
        ? Promise.resolve(response).then((response) => settle(upgrade, response))
        : settle(upgrade, response);
    };
    const errorHandler = () => refusalResponse(NO_URL);
    return getRequestListener(answer, { overrideGlobalObjects: false, errorHandler });
  }
}

/** What makes no `Request`: fetch never throws, so that only its making does. */
const NO_URL = refusal(400, "expected a Host and a target that make a URL");

/** Node has stopped reading HTTP where the body begins, and nobody can read it any more. */
const BODY = refusal(400, "expected an upgrade without a body, got one with a body");

const CONNECT = refusal(405, 'expected method GET, got "CONNECT"', { allow: "GET" });

/** Two listeners of one server have answered the same upgrade. */
const ANSWERED = usageError(
  "answer an upgrade",
  "one that no other listener of the server answers, or the option path",
  "one that is answered",
  Error,
);

function asksForWebSocket({ headers }: NodeIncoming): boolean {
  return /(^|,)[ \t]*websocket[ \t]*(,|$)/i.test(`${headers.upgrade}`);
}

function hasBody({ headers }: NodeIncoming): boolean {
  return "transfer-encoding" in headers || (headers["content-length"] ?? "0") !== "0";
}
