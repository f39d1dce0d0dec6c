/**
 * What servers share to which clients come back: a client says a topic and how many of its last
 * messages it has missed, and is sent these.
 */
import { upgradeWebSocket } from "../../mod.ts";
import type { Connection } from "../../mod.ts";
import { payloadsOf } from "../load/cycle.ts";
import { obey } from "./control.ts";
import { serve } from "./serve.ts";

/** What clients come back to. */
export interface History {
  /** The engine that it needs. */
  readonly engine: "redis" | "nats" | undefined;
  /** Gets ready for so many messages of a topic. */
  connect(port: number, count: number): Promise<void>;
  /** Publishes these messages to a topic. */
  fill(topic: string, messages: readonly string[]): Promise<void>;
  comeBack(connection: Connection, topic: string, behind: number): unknown;
}

/** What to publish: messages of a cycle, again and again. */
interface Fill {
  readonly topic: string;
  readonly count: number;
  readonly size: number;
}

/** Serves, and obeys. */
export async function obeyLatecomers(history: History): Promise<void> {
  const decoder = new TextDecoder();
  await serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) =>
      upgradeWebSocket(request, {
        onMessage({ data }, connection) {
          const [topic = "", behind] = `${data}`.split(" ");
          history.comeBack(connection, topic, Number(behind));
        },
      }),
    onListen: ({ port }) =>
      obey(port, {
        engine: () => history.engine,
        connect: ({ port, count }: { port: number; count: number }) => history.connect(port, count),
        fill({ topic, count, size }: Fill) {
          const cycle = payloadsOf(size).map((payload) => decoder.decode(payload));
          const messages = Array.from({ length: count }, (_, i) => cycle[i % cycle.length]!);
          return history.fill(topic, messages);
        },
      }),
  });
}
