/** crossws on Deno. */
import { obey } from "./control.ts";
import { crossws } from "./crossws.ts";

const { handleUpgrade } = await crossws("deno");
const server = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: () => {} },
  async (request, info) => (await handleUpgrade(request, info))!,
);
obey(server.addr.port);
