import { Hono } from "hono";
import { upgradeWebSocket } from "edgesocket/hono";
import { Above } from "./inspect/above.ts";
import { isOwnAddress, isOwnHost } from "./inspect/own_machine.ts";
import { type Channel, Session } from "./inspect/session.ts";
import type { Inspection } from "./settings.ts";

/** Fields that a proxy adds. Behind one, whoever comes seems to come from this machine. */
const FORWARDED = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/** Pages that may listen at a time. */
const MOST = 16;

/**
 * The channel at `/` by which the page is told what the server sees of its connections.
 *
 * Who gets in: pages of this very server, and no program that says of itself that it is no page. On
 * a server without a token these are pages of this machine, wherever the server listens and whatever
 * names it has; with one, they have to say it first.
 *
 * @param hubs The paths of hubs that the page may offer to call.
 */
export function inspect(rule: Inspection, hubs: readonly string[] = []): Hono {
  const app = new Hono();
  const above = new Above(hubs);
  let open = 0;
  app.get(
    "/",
    async (c, next) => {
      if (rule.token === "" && FORWARDED.some((name) => c.req.header(name) !== undefined)) {
        return c.text("expected no proxy: behind one, INSPECT_TOKEN is needed\n", 403);
      }
      if (rule.token === "" && !isOwnHost(c.req.header("host") ?? "")) {
        return c.text(
          "expected a name of this machine: for others, INSPECT_TOKEN is needed\n",
          421,
        );
      }
      if (open >= MOST) return c.text("expected fewer pages\n", 503);
      await next();
    },
    upgradeWebSocket(() => {
      let session: Session | undefined;
      return {
        onOpen(_event, connection) {
          open++;
          if (rule.token === "" && !isOwnAddress(connection.request.remoteAddress)) {
            return connection.close(1008, "INSPECT_TOKEN is needed");
          }
          const channel: Channel = {
            address: connection.request.remoteAddress,
            send: (text) => connection.send(text),
            close: (code, reason) => connection.close(code, reason),
          };
          session = new Session(channel, rule, above);
        },
        onMessage: (event) => session?.received(event.data),
        onClose() {
          open--;
          session?.ended();
        },
      };
    }, { requireOrigin: true, maxPayloadLength: 16 * 1024 }),
  );
  return app;
}
