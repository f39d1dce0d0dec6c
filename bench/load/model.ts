/** The load generator for the model of the cost: members of rooms on several processes, and an engine. */
import type { Load } from "../model/load.ts";
import { answerLines } from "../lines.ts";
import { Engine, type EngineName } from "./engine.ts";
import { Flood } from "./flood.ts";
import { Members } from "./members.ts";

const members = new Members();
const engine = new Engine();
const flood = new Flood();

answerLines({
  async engine({ name }: { name: EngineName }) {
    const port = await engine.start(name);
    return { port, pid: engine.pid };
  },
  join: ({ ports, load }: { ports: number[]; load: Load }) => members.join(ports, load),
  speak: ({ factor }: { factor: number }) => members.speak(factor),
  hush: () => members.hush(),
  told: () => members.told(),
  publishes: () => engine.publishes(),
  flood: ({ subscribers, rate }: { subscribers: number; rate: number }) =>
    flood.start(engine.port, subscribers, rate),
  flooded: () => flood.told(),
  dry: () => flood.stop(),
  endEngine: () => engine.end(),
});
