/** crossws on Bun. */
import { Bun, type BunServer } from "../bun.ts";
import { obey } from "./control.ts";
import { crossws } from "./crossws.ts";

const { websocket, handleUpgrade } = await crossws("bun");
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request: Request, server: BunServer) => handleUpgrade(request, server),
  websocket,
});
obey(server.port);
