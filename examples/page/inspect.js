// Both ends of a connection: loaded only where the server tells what it sees (INSPECT=1).
import { formatSize } from "./bytes.js";
import { inWords } from "./close_codes.js";
import { element } from "./dom.js";
import { Above } from "./inspect_above.js";
import { Channel } from "./inspect_channel.js";
import { Ends } from "./inspect_ends.js";
import { Hub } from "./inspect_hub.js";
import { Probe } from "./inspect_probe.js";
import { knownToken, tokenForm } from "./inspect_token.js";
import { isBad, isOwn, serverWords } from "./inspect_words.js";

const now = () => performance.timeOrigin + performance.now();

/** Begins, on a page that has a log, tabs, and a link: page.js says what they are. */
export function start(playground) {
  const { log, tabs, link } = playground;
  document.head.append(element("link", { rel: "stylesheet", href: "inspect.css" }));
  const panel = tabs.add({ id: "ends", title: "Both ends" });
  const ends = new Ends(panel);
  const url = new URL("/inspect", location.href.replace(/^http/, "ws"));
  /** The connection that is there or was last: `{ id, opened, failed, over }`, by the page's number. */
  let current = { id: 0, over: true };
  let run;
  /** Where the server has topics or hubs. */
  let above;
  let hub;
  let abovePanel;
  const panelAbove = () => abovePanel ??= tabs.add({ id: "above", title: "Topics and hubs" });

  /** By how much rows may be out of order. */
  const tellClock = () => {
    const { offset, error } = channel.clock;
    const way = offset < 0 ? "behind" : "ahead";
    const by = `${Math.abs(offset).toFixed(1)} ms ± ${error.toFixed(1)} ms`;
    ends.clock(`The server's clock is ${way} by ${by}: its times are shown as this browser's`);
  };

  const here = (text, bad, time = now()) => {
    ends.add(time, "here", text, bad);
    ends.glance("here", text, bad);
  };
  const there = (text, type, { bad = false, time = now(), detail, id = current.id } = {}) => {
    ends.add(time, "there", text, bad);
    if (id === current.id) ends.glance("there", text, bad);
    const level = bad ? { level: "error" } : {};
    log.add({ time, direction: "server", type, data: text, detail, connection: id, ...level });
  };

  const answers = {
    unmatched({ id, candidates }) {
      if (id !== current.id) return;
      const text = candidates > 1
        ? `${candidates} clients came at the same time: which one is this page is not known`
        : current.opened
        ? "another process has this connection: nothing is known of it here"
        : "no handshake was seen here: none of its routes, or code before them, has answered";
      there(text, "unknown");
    },
    told({ id, told }) {
      for (const one of told) {
        const time = channel.clock.here(one.at);
        there(serverWords(one), one.event, { bad: isBad(one), time, detail: one, id });
      }
    },
    traffic({ id, received, sent }) {
      if (id !== current.id) return;
      const say = ([count, bytes]) => `${count.toLocaleString("en")} (${formatSize(bytes)})`;
      ends.traffic(`The server received ${say(received)} and sent ${say(sent)}`);
    },
    pong({ id, ms, error }) {
      if (id !== current.id) return;
      there(error ?? serverWords({ event: "pong", ms }), "pong", { bad: !!error });
    },
    above(view) {
      above ??= new Above(panelAbove());
      above.show(view);
    },
    probed: (answer) => probe.answered(answer),
  };

  const channel = new Channel(url, knownToken(), {
    ready(welcome) {
      asking.hidden = true;
      const { runtime } = welcome;
      ends.state(`The server tells what it sees: ${runtime}`);
      if (run !== undefined) {
        const text = run === welcome.run
          ? "the same process is back; of a connection that is open it tells no more"
          : `another process is there now: ${welcome.runtime}`;
        there(text, "process");
      }
      run = welcome.run;
      if (welcome.hubs.length > 0) hub ??= new Hub(panelAbove(), welcome.hubs);
    },
    lost({ code, reason, wasReady, time }) {
      asking.hidden = code !== 1008;
      ends.state(code === 1008 ? `The server refuses to tell: ${reason}` : "The server is silent");
      if (!wasReady) return;
      const leaves = code === 1001 || code === 1012;
      const text = leaves
        ? `shutdown – closes all connections with ${inWords(code)} (${reason})`
        : `gone – the channel to it broke too (${
          inWords(code)
        }): it was killed, or the network is cut`;
      there(text, "gone", { bad: !leaves, time });
    },
    measured: tellClock,
    answer: (message) => answers[message.type]?.(message),
  });

  const pinging = element("button", { type: "button", textContent: "Ping from the server" });
  pinging.addEventListener("click", () => channel.send({ type: "ping", id: current.id }));
  panel.append(element("p", { className: "row" }, pinging));

  const asking = tokenForm((token) => channel.token = token);
  panel.append(asking);

  const probe = new Probe(panel, (asked) => {
    channel.send(asked);
    return channel.ready;
  });
  probe.prefill(url.href.replace("/inspect", "/ws"), location.origin);

  playground.dial = async (target) => {
    const own = isOwn(target, location);
    current = { id: link.connection, opened: false, failed: false, over: false };
    ends.traffic("");
    here(`connecting to ${target.href}`, false);
    ends.glance("there", own ? "–" : "another server: its side is not known here", false);
    if (own && !await channel.connecting(current.id, target.pathname)) {
      ends.glance("there", "not known: the channel to the server is not open", false);
    }
  };
  link.addEventListener("opened", ({ detail: { protocol, time } }) => {
    current.opened = true;
    channel.send({ type: "opened", id: current.id, protocol, at: channel.clock.there(time) });
    here(`open${protocol && `, subprotocol ${protocol}`}`, false, time);
  });
  link.addEventListener("closed", ({ detail: { code, reason, time } }) => {
    current.over = true;
    here(`closed – ${inWords(code)}${reason && ` (${reason})`}`, code !== 1000, time);
  });
  /** The page has its answer, and it is no connection. */
  const failed = (time) => {
    if (current.failed || current.opened) return;
    current.failed = true;
    channel.send({ type: "failed", id: current.id, at: channel.clock.there(time) });
  };
  link.addEventListener("refused", ({ detail: { time } }) => failed(time));
  link.addEventListener("state", ({ detail: { state, text, time = now() } }) => {
    if (current.over || current.opened || !["failed", "closed", "waiting"].includes(state)) return;
    current.over = true;
    failed(time);
    here(text, state !== "closed", time);
  });
}
