// The page of the echo app, and a tool for any WebSocket server where the app lets it be one.
import { bytesOf, formatSize, parseHex } from "./bytes.js";
import { closeFault } from "./close_codes.js";
import { Generator } from "./generator.js";
import { Link } from "./link.js";
import { Log } from "./log.js";
import { pointsOf, RoundTrips } from "./round_trips.js";

const ui = Object.fromEntries(
  [...document.querySelectorAll("[id]")].map((element) => [element.id, element]),
);
const log = new Log({ box: ui.log, body: ui.rows, detail: ui.detail, count: ui.count });
const roundTrips = new RoundTrips();
const generator = new Generator();
const traffic = { sent: 0, sentBytes: 0, received: 0, receivedBytes: 0 };
let lastSent;
/** Whether the focus has no place to go to until the state changes again. */
let focusIsLost = false;

const link = new Link({
  state: showState,
  countdown: (text) => ui.countdown.textContent = text,
  opened() {
    roundTrips.reset();
    if (document.activeElement === document.body || document.activeElement === ui.connect) {
      ui.message.focus();
    }
  },
  message(data) {
    roundTrips.received(data);
    traffic.received++;
    traffic.receivedBytes += bytesOf(data).length;
    log.add("in", typeof data === "string" ? "text" : "binary", data);
    showTrafficSoon();
  },
  event: (type, text) => log.add("event", type, text),
});

/* Connection */

const own = new URL("/ws", location.href.replace(/^http/, "ws"));
const asked = new URLSearchParams(location.search).get("url");
const anyServer = "anyServer" in document.body.dataset;
ui.url.value = asked && anyServer ? asked : own.href;
if (asked && !anyServer) {
  log.add("event", "error", "?url= is not taken: start the app with ANY_SERVER=1 to allow it");
}

ui.connection.addEventListener("submit", (event) => {
  event.preventDefault();
  const protocols = ui.protocols.value.split(",").map((name) => name.trim()).filter(Boolean);
  link.connect(ui.url.value.trim(), protocols);
});
ui.closing.addEventListener("submit", (event) => {
  event.preventDefault();
  const [code, reason] = [ui.code.valueAsNumber, ui.reason.value];
  const fault = closeFault(code, reason);
  ui.code.setCustomValidity(fault);
  if (!ui.closing.reportValidity()) return;
  generator.stop("Stopped");
  link.close(code, reason);
});
for (const field of [ui.code, ui.reason]) {
  field.addEventListener("input", () => ui.code.setCustomValidity(""));
}
ui.reconnect.addEventListener("change", () => link.reconnect = ui.reconnect.checked);

function showState(state, text) {
  ui.status.dataset.state = state;
  ui.status.textContent = text;
  const open = state === "open";
  const busy = open || ["connecting", "closing"].includes(state);
  if (!open) generator.stop("Stopped");
  // A control that is switched off would take the focus with it.
  const focused = document.activeElement;
  ui.connect.disabled = ui.url.disabled = ui.protocols.disabled = busy;
  ui.close.disabled = !["open", "connecting", "waiting"].includes(state);
  ui.send.disabled = ui.generate.disabled = !open;
  ui.repeat.disabled = !open || lastSent === undefined;
  if (focused.disabled || focusIsLost) {
    const next = open ? ui.message : busy ? ui.close : ui.connect;
    focusIsLost = next.disabled;
    next.focus();
  }
}

/* Messages */

const format = () => ui.sending.elements.format.value;

for (const radio of ui.sending.elements.format) {
  radio.addEventListener("change", () => {
    ui["message-field"].hidden = format() === "file";
    ui["file-field"].hidden = format() !== "file";
    ui["message-label"].textContent = format() === "hex"
      ? "Bytes in hex, such as 00 01 ff"
      : "Text";
    ui.message.setCustomValidity("");
  });
}
ui.message.addEventListener("input", () => ui.message.setCustomValidity(""));
ui.sending.addEventListener("submit", async (event) => {
  event.preventDefault();
  const message = await composed();
  if (message === undefined || link.state !== "open") return;
  send(message);
  ui.message.select();
});
ui.repeat.addEventListener("click", () => send(lastSent));

/** What the form holds, or nothing, and then the form says why. */
async function composed() {
  if (format() === "text") return ui.message.value;
  if (format() === "file") {
    const [file] = ui.file.files;
    ui.file.setCustomValidity(file ? "" : "Choose a file first.");
    return ui.file.reportValidity() ? new Uint8Array(await file.arrayBuffer()) : undefined;
  }
  try {
    return parseHex(ui.message.value);
  } catch (error) {
    ui.message.setCustomValidity(error.message);
    ui.message.reportValidity();
  }
}
ui.file.addEventListener("input", () => ui.file.setCustomValidity(""));

function send(data) {
  link.send(data);
  roundTrips.sent(data);
  lastSent = data;
  ui.repeat.disabled = false;
  traffic.sent++;
  traffic.sentBytes += bytesOf(data).length;
  log.add("out", typeof data === "string" ? "text" : "binary", data);
  showTrafficSoon();
}

/* Generator */

ui.generator.addEventListener("submit", (event) => {
  event.preventDefault();
  ui.generate.disabled = true;
  ui.cancel.disabled = false;
  ui.cancel.focus();
  generator.start({
    amount: ui.amount.valueAsNumber,
    size: ui.size.valueAsNumber,
    rate: ui.rate.valueAsNumber,
  }, {
    send,
    waiting: () => link.bufferedAmount,
    progress(sent, amount) {
      ui.progress.max = amount;
      ui.progress.value = sent;
      ui["progress-text"].textContent = `${sent.toLocaleString("en")} of ${
        amount.toLocaleString("en")
      }`;
    },
    done(text) {
      ui["progress-text"].textContent = text;
      const focused = document.activeElement === ui.cancel;
      ui.cancel.disabled = true;
      ui.generate.disabled = link.state !== "open";
      if (focused && !ui.generate.disabled) ui.generate.focus();
    },
  });
});
ui.cancel.addEventListener("click", () => generator.stop("Cancelled"));

/* Traffic */

let trafficDue = false;

function showTrafficSoon() {
  if (trafficDue) return;
  trafficDue = true;
  requestAnimationFrame(() => {
    trafficDue = false;
    showTraffic();
  });
}

function showTraffic() {
  ui.sent.textContent = traffic.sent.toLocaleString("en");
  ui.received.textContent = traffic.received.toLocaleString("en");
  ui["sent-bytes"].textContent = formatSize(traffic.sentBytes);
  ui["received-bytes"].textContent = formatSize(traffic.receivedBytes);
  const { figures } = roundTrips;
  if (figures === undefined) return;
  for (const name of ["last", "median", "p99"]) {
    ui[name].textContent = `${figures[name].toFixed(1)} ms`;
  }
  ui["plot-line"].setAttribute("points", pointsOf(roundTrips.recent, 240, 40));
  ui.plot.ariaLabel =
    `Round-trip times: median ${ui.median.textContent}, p99 ${ui.p99.textContent}`;
}

/* Origin */

ui["own-origin"].textContent = location.origin;
ui.asking.addEventListener("submit", async (event) => {
  event.preventDefault();
  const origin = ui.origin.value;
  try {
    const response = await fetch("/verdict", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ headers: { origin } }),
      signal: AbortSignal.timeout(5_000),
    });
    const { kind, status, message, error } = await response.json();
    ui.verdict.dataset.kind = kind;
    ui.verdict.textContent = kind === "accepted"
      ? `101: a page of ${origin} may connect.`
      : `${status ?? response.status}: ${message ?? error}`;
  } catch (error) {
    ui.verdict.dataset.kind = "refused";
    ui.verdict.textContent = `The server did not answer: ${error.message}`;
  }
});

/* Log */

const refilter = () => log.filter(ui.kind.value, ui.search.value);
ui.search.addEventListener("input", refilter);
ui.kind.addEventListener("change", refilter);
ui.view.addEventListener("change", () => log.hex = ui.view.value === "hex");
ui.clear.addEventListener("click", () => log.clear());
ui.pause.addEventListener("click", () => {
  const paused = ui.pause.ariaPressed !== "true";
  ui.pause.ariaPressed = `${paused}`;
  log.paused = paused;
});
ui.copy.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(log.text);
    ui.done.textContent = "Copied";
  } catch {
    ui.done.textContent = "Cannot copy: browsers allow it on https and localhost only";
  }
});
ui.download.addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([log.json], { type: "application/json" }));
  link.download = `communication-log-${
    new Date().toISOString().slice(0, 19).replaceAll(":", "-")
  }.json`;
  link.click();
  URL.revokeObjectURL(link.href);
  ui.done.textContent = `Saved as ${link.download}`;
});
