import { type HubMessage, MessageType, PING } from "../wire/message.ts";
import type { Decoder } from "../wire/protocol.ts";
import type { Context } from "./context.ts";
import { Cut, cutOf } from "./cut.ts";
import { PATIENCE, SILENT } from "./deadline.ts";
import type { Data, Link, LinkEvents, OpenLink } from "./link.ts";
import type { Line } from "./line.ts";
import { Pulse } from "./pulse.ts";
import { type Session, tidy } from "./session.ts";

/** A client trusts its server with its memory. */
const LIMITS = { maxMessageSize: Infinity };

/**
 * Opens a line.
 *
 * @returns It, once the server has answered on it.
 * @throws {Cut} If it does not.
 */
export async function openLine(
  context: Context,
  session: Session,
  open: OpenLink<Context>,
): Promise<Line> {
  const { world: { clock }, options: { protocol }, signal } = context;
  const { replay } = session;
  signal.throwIfAborted();
  const pulse = new Pulse(clock.now());
  let decoder: Decoder | undefined;
  let over = false;
  let fail!: (cut: Cut) => void;
  let answered!: () => void;

  const end = (cut: Cut, how?: "close" | "leave") => {
    if (over) return;
    over = true;
    line.live = false;
    patience();
    looks();
    signal.removeEventListener("abort", abort);
    fail(cut);
    return how && link[how]();
  };
  // What is not known to the server as a session yet is not kept by it.
  const lost = () => {
    if (session.greeted) session.left.add(link);
    end(new Cut(SILENT), session.greeted ? "leave" : "close");
  };
  const write = (data: Data) => {
    pulse.sent(clock.now());
    link.send(data);
  };
  const say = (message: HubMessage) => write(protocol.encode(message));
  const acknowledge = () => {
    const sequenceId = replay?.acknowledgement();
    if (sequenceId) say({ type: MessageType.ack, sequenceId });
  };
  const live = () => {
    line.live = true;
    tidy(session);
    patience();
    answered();
  };

  /** Reads the answer to the handshake; what comes behind it is in the encoding. */
  const greet = (data: string | Uint8Array) => {
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    const length = text.indexOf("\x1e");
    const { error } = JSON.parse(text.slice(0, length));
    if (error) throw new Cut(error, "client");
    session.greeted = true;
    decoder = protocol.decoder(LIMITS);
    live();
    return data.slice(length + 1);
  };

  const handle = (message: HubMessage, bytes: number) => {
    switch (message.type) {
      case MessageType.close: {
        const { error = "the server has ended the session", allowReconnect } = message;
        throw new Cut(error, allowReconnect ? "session" : "client");
      }
      case MessageType.ack:
        replay?.acknowledge(message.sequenceId);
        return context.room();
      case MessageType.sequence:
        replay?.goOn(message.sequenceId);
        return live();
      case MessageType.ping:
        return;
    }
    if (replay?.take(bytes) === false) return;
    if (replay?.due) acknowledge();
    context.said(message, session);
  };

  const line: Line = {
    session,
    live: false,
    get waiting() {
      return Math.max(link.waiting, replay?.size ?? 0);
    },
    ended: new Promise<never>((_, reject) => fail = reject),
    send(data) {
      replay?.add(data);
      write(data);
    },
    ping() {
      // Polls are signs of life themselves.
      if (line.live && session.way !== "longPolling") say(PING);
    },
    close: (cut) => end(cut, "close"),
  };
  line.ended.catch(() => {});
  const abort = () => line.close(signal.reason);
  const patience = clock.after(PATIENCE, lost);
  const looks = clock.every(1_000, () => {
    if (!line.live) return;
    acknowledge();
    // Where nothing is acknowledged, nobody else tells.
    context.room();
    const due = pulse.look(clock.now(), replay?.size ?? 0);
    if (due === "ping") line.ping();
    if (due === "lost" && session.way !== "longPolling") lost();
  });
  signal.addEventListener("abort", abort);
  const events: LinkEvents = {
    opened() {
      if (over) return;
      if (!session.greeted) {
        // With the first version, ASP.NET Core acknowledges nothing, whatever it has negotiated.
        return write(`{"protocol":"${protocol.name}","version":${replay ? 2 : 1}}\x1e`);
      }
      decoder = protocol.decoder(LIMITS);
      if (!replay) return;
      replay.wait();
      say({ type: MessageType.sequence, sequenceId: replay.first });
      replay.kept.forEach(write);
    },
    received(data) {
      if (over) return;
      try {
        if (pulse.heard(clock.now())) line.ping();
        if (!decoder) data = greet(data);
        let bytes = data.length;
        for (const message of bytes ? decoder!.push(data) : []) {
          if (over) return;
          handle(message, bytes);
          bytes = 0;
        }
      } catch (error) {
        // Where the next message begins is not known any more.
        line.close(cutOf(error, "session"));
      }
    },
    ended: (reason) => end(cutOf(reason)),
  };
  let link!: Link;
  try {
    link = open(context, session.url, events);
  } catch (error) {
    end(cutOf(error));
  }
  await Promise.race([new Promise<void>((resolve) => answered = resolve), line.ended]);
  return line;
}
