import type { Environment, Socket } from "./environment.ts";
import type { Link, LinkEvents } from "./link.ts";

/** What a WebSocket needs. */
export interface Opening {
  readonly world: Pick<Environment, "WebSocket">;
  readonly token?: string | undefined;
}

/** Opens a WebSocket. */
export function openWebSocket(opening: Opening, url: URL, events: LinkEvents): Link {
  const socket = construct(opening, url);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }: { readonly data: string | ArrayBuffer }) =>
    events.received(typeof data === "string" ? data : new Uint8Array(data));
  // It is closed then, too. Somebody has to listen, or Node ends.
  socket.onerror = () => {};
  socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) =>
    events.ended(`the WebSocket was closed: ${code} ${reason}`);
  return {
    get waiting() {
      return socket.bufferedAmount;
    },
    send: (data) => socket.send(data),
    close: () =>
      new Promise((resolve) => {
        socket.onclose = resolve;
        socket.close(1000);
      }),
    leave() {
      // A close frame would end the session as well. One that is not open yet sends none.
      if (socket.readyState === 0) socket.close();
      else socket.terminate?.();
    },
  };
}

/** With the token in a header, which gets into no log, where the runtime has a way for that. */
function construct({ world, token }: Opening, url: URL): Socket {
  const WebSocket = world.WebSocket!;
  const address = new URL(url);
  address.protocol = address.protocol.replace("http", "ws");
  if (token) {
    try {
      return new WebSocket(address.href, { headers: { authorization: `Bearer ${token}` } });
    } catch {
      // In browsers, it is not a subprotocol.
      address.searchParams.set("access_token", token);
    }
  }
  return new WebSocket(address.href);
}
