/** How a client talks to each kind of server that answers calls. */

const SEPARATOR = "\x1e";

/** What a text from a server is. */
export interface Heard {
  /** Calls that were answered. */
  readonly answers: number;
  /** Calls of the server. */
  readonly told: number;
}

/** Where requests of one client go to. */
export interface Requests {
  readonly url: string;
  /** The stream of events that has begun; `undefined` if it is asked for what there is. */
  readonly begun?: Response;
}

/** One way to talk. */
export interface Dialect {
  readonly path: string;
  /** What to say when the connection is open; `undefined` if the server speaks first. */
  readonly hello: string | undefined;
  /** What to say to a text of the server before it is ready; `ready` if it is. */
  greet(text: string): string | "ready";
  call(id: number, method: string, text: string): string;
  /** Connects by requests, to a stream of events if it may be and there is such a thing. */
  byRequests(origin: string, streams: boolean): Promise<Requests>;
  /** Counts what came. */
  hear(text: string): Heard;
}

function count(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) found++;
  return found;
}

const signalr: Dialect = {
  path: "/",
  hello: `{"protocol":"json","version":1}${SEPARATOR}`,
  greet: (text) => text.startsWith(`{}${SEPARATOR}`) ? "ready" : "",
  call: (id, method, text) =>
    `{"type":1,"invocationId":"${id}","target":"${method}","arguments":["${text}"]}${SEPARATOR}`,
  async byRequests(origin, streams) {
    const response = await fetch(`${origin}/negotiate?negotiateVersion=1`, { method: "POST" });
    const { connectionToken } = await response.json() as { connectionToken: string };
    const url = `${origin}/?id=${connectionToken}`;
    const begun = await fetch(url, { headers: { accept: streams ? "text/event-stream" : "*/*" } });
    if (streams) return { url, begun };
    // The first poll says that it is there, and nothing else.
    await begun.text();
    return { url };
  },
  hear: (text) => ({ answers: count(text, '"result"'), told: count(text, '"told"') }),
};

const socketIo: Dialect = {
  path: "/socket.io/?EIO=4&transport=websocket",
  hello: undefined,
  greet: (text) => text.startsWith("0") ? "40" : text.startsWith("40") ? "ready" : "",
  call: (id, method, text) => `42${id}["${method}","${text}"]`,
  async byRequests(origin) {
    const url = `${origin}/socket.io/?EIO=4&transport=polling`;
    const text = await (await fetch(url)).text();
    const { sid } = JSON.parse(text.slice(1)) as { sid: string };
    return { url: `${url}&sid=${sid}` };
  },
  hear: (text) => ({
    answers: text.startsWith("43") ? 1 : 0,
    told: text.startsWith("42") ? 1 : 0,
  }),
};

const trpc: Dialect = {
  path: "/",
  hello: undefined,
  greet: () => "ready",
  call: (id, method, text) =>
    `{"id":${id},"method":"query","params":{"path":"${method}","input":"${text}"}}`,
  byRequests: () => Promise.reject(new Error("Cannot call by requests: expected a hub")),
  hear: (text) => ({ answers: count(text, '"result"'), told: 0 }),
};

/** The dialect of a server, by the way in which it answers. */
export function dialectOf(way: string): Dialect {
  return way === "socket.io" ? socketIo : way === "trpc" ? trpc : signalr;
}
