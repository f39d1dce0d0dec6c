import { usageError } from "../base/usage_error.ts";
import { sweep } from "../connection/clockwork.ts";
import { openingOf } from "../handshake/opening.ts";
import type { Adapter } from "../server/adapter.ts";
import { type Placeholder, switchingProtocols } from "../server/placeholder.ts";
import { checkHostOptions } from "../server/host_options.ts";
import { ServerState } from "../server/server_state.ts";
import { noContentWithToken } from "../server/token_placeholder.ts";
import { answerTests } from "./bare.ts";
import { isBun } from "./bun.ts";
import { findChannels } from "./channels.ts";
import { isDeno } from "./deno.ts";

/**
 * The `redirect` of test requests tells what they are, and not a header, because those are what
 * clients send. This one is for a request that is handed to a route without any server.
 */
export const WITHOUT_SERVER = "error";

/** The one for a request to a server in memory. */
export const TO_MEMORY = "manual";

/** The placeholder of the runtime that runs us: a 101 where it can construct one. */
export function placeholderHere(): Placeholder {
  return isDeno() || isBun() ? switchingProtocols : noContentWithToken;
}

let state: ServerState | undefined;

/** From now on, routes answer test requests that come without a server with their verdict. */
export function answerUnserved(): void {
  state ??= new ServerState(checkHostOptions({ onReport: () => {} }), unserved());
  answerTests(({ redirect }) => {
    // A server in memory knows its requests: this is a copy of one.
    if (redirect === TO_MEMORY) throw copied();
    return redirect === WITHOUT_SERVER ? state : undefined;
  });
}

/** An adapter that leaves it at the verdict: nobody is there to switch protocols with. */
function unserved(): Adapter {
  return {
    abilities: {
      pause: false,
      pings: "watchdog",
      bufferedAmount: false,
      drain: "event",
      progress: "bytes",
      compression: false,
      terminate: "cut",
    },
    clockwork: sweep,
    channels: findChannels,
    placeholder: placeholderHere(),

    opening: (request) => openingOf(request),

    upgrade({ context, response, protocol }, connection): Response {
      if (isOfRuntime(context)) throw copied();
      connection.refused();
      if (protocol !== "") response.headers.set("sec-websocket-protocol", protocol);
      return response;
    },
  };
}

/** Whether it is what Deno, Bun or Node pass to fetch: then there is a server. */
function isOfRuntime(context: unknown): boolean {
  return typeof context === "object" && context !== null &&
    ["remoteAddr", "requestIP", "server", "incoming"].some((name) => name in context);
}

function copied(): Error {
  return usageError(
    "upgrade",
    "the Request that the server passed",
    "a copy of it, as app.mount makes one (app.route makes none)",
  );
}
