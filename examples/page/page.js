// The page of the echo app, and a tool for any WebSocket server where the app lets it be one.
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Detail } from "./detail.js";
import { say, ui } from "./dom.js";
import { GeneratorForm } from "./generator_form.js";
import { Link } from "./link.js";
import { Log } from "./log.js";
import { LogTools } from "./log_tools.js";
import { originCorner } from "./origin.js";
import { Tabs } from "./tabs.js";
import { Traffic } from "./traffic.js";

const detail = new Detail();
const log = new Log((entry) => detail.show(entry));
const traffic = new Traffic();

const now = () => performance.timeOrigin + performance.now();
const event = (type, data, { time = now(), connection = link.connection }) =>
  log.add({ time, direction: "event", type, data, connection });

const link = new Link({
  state(state, text) {
    connection.show(state, text);
    composer.opened(state === "open");
    generator.opened(state === "open");
  },
  countdown: (text) => ui.countdown.textContent = text,
  event,
  batch(batch) {
    for (const entry of batch.entries) log.add(entry);
    traffic.show(batch);
    connection.showSilence(batch);
    generator.show(batch.progress);
  },
});

const connection = new Connection(link);
const composer = new Composer((message) => link.send(message));
const generator = new GeneratorForm((what, more) => link.order(what, more));
const tools = new LogTools(log, {
  connections: link.connections,
  message: () => detail.message,
  again: (message) => composer.send(message),
});
const tabs = new Tabs();
originCorner();

const notTaken = connection.fill(location);
if (notTaken) event("error", notTaken, {});
// Where there is room, nothing is folded away that one needs to connect.
ui.options.open = matchMedia("(min-width: 861px)").matches;

// After a reload, and when one comes back, a browser fills in what was there before.
addEventListener("pageshow", () => {
  for (const one of [connection, composer, tools]) one.sync();
});

if ("inspect" in document.body.dataset) {
  const inspect = await import("./inspect.js");
  inspect.start({
    log: { add: (entry) => log.add(entry) },
    tabs: { add: (tab) => tabs.add(tab), show: (id) => tabs.show(id) },
    link,
    set dial(change) {
      link.dial = change;
    },
    say,
  });
}
