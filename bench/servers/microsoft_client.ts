/** Microsoft's client of a hub; with `stateful`, it comes back after a cut, if it can. */
import process from "node:process";
import { obeyAsClient } from "./calling.ts";

const stateful = process.argv.at(-1) === "stateful";

// What is installed for the bench alone is imported by a name that no compiler looks up.
const name: string = "@microsoft/signalr";
const { HttpTransportType, HubConnectionBuilder, LogLevel }:
  typeof import("npm:@microsoft/signalr@10.0.11") = await import(name);

obeyAsClient(async (url) => {
  const builder = new HubConnectionBuilder().configureLogging(LogLevel.None)
    .withUrl(url, { transport: HttpTransportType.WebSockets });
  const connection = (stateful ? builder.withStatefulReconnect() : builder).build();
  await connection.start();
  return { echo: (text) => connection.invoke("echo", text) };
});
