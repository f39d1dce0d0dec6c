import { ServerResponse } from "node:http";
import { Deferred } from "../base/deferred.ts";
import { usageError } from "../base/usage_error.ts";
import { refusal } from "../handshake/verdict.ts";
import type { Fetch, ListeningServer } from "../server/adapter.ts";
import { type RequestListener, requestListener } from "./node_fetch.ts";
import type { NodeIncoming, NodeOutgoing, NodeStream } from "./node_http.ts";
import { findPeers, type Peers } from "./node_peers.ts";
import { ProtocolSwitch } from "./node_switch.ts";
import { leaveToOthers, NodeUpgrade } from "./node_upgrade.ts";

/**
 * Whose an upgrade is: `ours`, whatever comes of it; ours if it is `wanted`, which others may do as
 * well; `theirs`; or `nobody`'s, so that it is answered as if it had stayed HTTP.
 */
export type Claim = "ours" | "wanted" | "theirs" | "nobody";

/** The other side of the listeners of one server. */
export interface Surroundings {
  /** Whose an upgrade is, by its request alone. */
  claim(incoming: NodeIncoming): Claim;
  /** Answers a request that asks for another protocol, which nobody has to speak. */
  ordinary(incoming: NodeIncoming, outgoing: NodeOutgoing): void;
}

/** The listeners of one server, and the upgrades that they have in hand. */
export class NodeListeners {
  readonly #surroundings: Surroundings;
  readonly #server: ListeningServer;
  /** The upgrades that are not answered yet, or whose answer is still under way. */
  readonly #held = new Set<NodeUpgrade>();
  #allReleased: Deferred<void> | undefined;
  #listener: RequestListener | undefined;
  #switch: ProtocolSwitch | undefined;
  /** The upgrade whose request is being made, in this very turn. */
  #asking: NodeUpgrade | undefined;
  /** Resolves when the packages are found that this needs; rejects if they are not there. */
  readonly ready: Promise<void>;

  /** `peers`: the packages that this needs, as soon as they are found. */
  constructor(
    fetch: Fetch,
    server: ListeningServer,
    surroundings: Surroundings,
    peers: Promise<Peers> = findPeers(),
  ) {
    this.#surroundings = surroundings;
    this.#server = server;
    this.ready = peers.then((peers) => {
      this.#switch = new ProtocolSwitch(peers, server.maxPayloadLength, server.compresses);
      this.#listener = requestListener(fetch, peers, {
        asking: () => this.#asking,
        mayAnswer: (upgrade, status) => !upgrade.answered && this.#respond(upgrade, status),
        report: server.report,
      });
    });
  }

  /** Answers what stays HTTP. */
  request(incoming: NodeIncoming, outgoing: NodeOutgoing): void {
    if (this.#listener) this.#run(incoming, outgoing, () => outgoing.destroy());
    else this.ready.then(() => this.request(incoming, outgoing), () => outgoing.destroy());
  }

  /** Answers what wants to leave it, if it is ours. */
  upgrade(incoming: NodeIncoming, stream: NodeStream, head: Uint8Array): void {
    const claim = this.#surroundings.claim(incoming);
    if (claim === "theirs") return leaveToOthers(stream, this.#server.clock);
    const upgrade = this.#hold(incoming, stream, head, claim);
    upgrade.inTurn(() => {
      if (claim !== "nobody" && asksForWebSocket(incoming)) {
        void this.#answer(upgrade);
      } else if (claim === "wanted") {
        upgrade.leaveToOthers(this.#server.clock);
      } else if (hasBody(incoming)) {
        upgrade.refuse(BODY);
      } else {
        upgrade.respond();
        this.#surroundings.ordinary(incoming, upgrade.outgoing);
      }
    });
  }

  /** Refuses what wants a tunnel. */
  connect(incoming: NodeIncoming, stream: NodeStream, head: Uint8Array): void {
    const upgrade = this.#hold(incoming, stream, head, "ours");
    upgrade.inTurn(() => upgrade.refuse(CONNECT));
  }

  /** Resolves when nothing is held: every upgrade is answered, and every answer has gone out. */
  settled(): Promise<void> {
    if (this.#held.size === 0) return Promise.resolve();
    return (this.#allReleased ??= new Deferred<void>()).promise;
  }

  /** Cuts every connection that is held. */
  abort(): void {
    for (const upgrade of this.#held) upgrade.abandon();
  }

  #hold(
    incoming: NodeIncoming,
    stream: NodeStream,
    head: Uint8Array,
    claim: Claim,
  ): NodeUpgrade {
    const { url = "", socket } = incoming;
    // A target with a scheme is believed, but for this one: the page could be anybody's.
    if (socket.encrypted && /^http:/i.test(url)) incoming.url = `https${url.slice("http".length)}`;
    const outgoing = new ServerResponse(incoming as never) as unknown as NodeOutgoing;
    const event = { incoming, outgoing, stream, head };
    const upgrade = new NodeUpgrade(event, claim !== "wanted", () => {
      this.#held.delete(upgrade);
      if (this.#held.size === 0) this.#allReleased?.resolve();
    });
    this.#held.add(upgrade);
    return upgrade;
  }

  async #answer(upgrade: NodeUpgrade): Promise<void> {
    // Listeners behind ours take what is theirs at once, before what we would answer at once.
    if (!upgrade.exclusive) await undefined;
    // If it is rejected, whoever has made this is told.
    if (this.#listener === undefined) await this.ready.catch(upgrade.abandon);
    upgrade.protocolSwitch = this.#switch;
    upgrade.carriedBy(upgrade.incoming);
    this.#asking = upgrade;
    this.#run(upgrade.incoming, upgrade.outgoing, upgrade.abandon);
    this.#asking = undefined;
  }

  /** Whatever is wrong with an answer ends its connection, and no other. */
  #run(incoming: NodeIncoming, outgoing: NodeOutgoing, cut: () => void): void {
    this.#listener?.(incoming, outgoing).catch((error) => {
      this.#server.report(error, undefined);
      cut();
    });
  }

  /** Answers with a status other than 101, unless the upgrade is not ours; says whether it is. */
  #respond(upgrade: NodeUpgrade, status: number): boolean {
    const { taken, exclusive } = upgrade;
    if (taken && status !== 404) this.#server.report(ANSWERED, undefined);
    const ours = !taken && (exclusive || status !== 404);
    if (ours) upgrade.respond();
    else upgrade.leaveToOthers(this.#server.clock);
    return ours;
  }
}

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
