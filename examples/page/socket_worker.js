// Has the WebSocket and the clock: nothing that the page does, or draws, is in what it measures.
import { sizeOf } from "./bytes.js";
import { Generator } from "./generator.js";
import { Meter } from "./meter.js";
import { Outbox } from "./outbox.js";
import { RoundTrips } from "./round_trips.js";

/** Milliseconds between two looks at figures, which take a while if they are of many messages. */
const LOOK = 250;
const FEW = 200;
/**
 * Milliseconds between two batches for the page, with few messages in a second and with many. Nobody
 * reads faster, and Firefox brings what comes for a Worker through the thread of the page: if that
 * drew all the time, it would be in the figures.
 */
const PACE = 50;
const SLOW_PACE = 200;
const MANY = 40;

const now = () => performance.now();
/** On the page's axis: milliseconds since 1970. */
const timeOf = (at) => performance.timeOrigin + at;

let socket;
/** The number of the connection; what comes of an older one is not heard. */
let connection = 0;
let traffic = nothing();
let lastCame = 0;
/** Whether the page has taken the last batch, and whether there is something new for it. */
let taken = true;
let changed = false;
let looked = 0;
let told = -SLOW_PACE;
let timer;

const outbox = new Outbox();
let trips = new RoundTrips();
let [sentMeter, receivedMeter] = [new Meter(), new Meter()];

const { port1, port2 } = new MessageChannel();
const soon = [];
port1.onmessage = () => soon.shift()();
const generator = new Generator({
  now,
  soon(task) {
    soon.push(task);
    port2.postMessage(0);
  },
  later: (task, ms) => setTimeout(task, ms),
  send,
  buffered: () => socket.bufferedAmount,
  unanswered: () => trips.unanswered,
});

const ORDERS = {
  connect,
  send: ({ data }) => socket?.readyState === WebSocket.OPEN && send(data),
  close: ({ code, reason }) => socket.close(code, reason),
  drop,
  start: (order) => socket?.readyState === WebSocket.OPEN && generator.start(order),
  stop: ({ why }) => generator.stop(why),
  taken() {
    taken = true;
  },
  forget() {
    traffic = nothing();
    trips = new RoundTrips();
    [sentMeter, receivedMeter] = [new Meter(), new Meter()];
  },
};

onmessage = ({ data: order }) => {
  ORDERS[order.do](order);
  changed ||= order.do !== "taken";
  tell();
};

addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
  // Chromium says nothing else: the socket stays as if it were connecting.
  if (effectiveDirective === "connect-src") postMessage({ on: "blocked", connection });
});

setInterval(() => {
  if (traffic.sent + traffic.received === 0) return;
  changed = true;
  tell();
}, LOOK);

function nothing() {
  return { sent: 0, sentBytes: 0, received: 0, receivedBytes: 0 };
}

function connect(order) {
  drop();
  connection = order.connection;
  let own;
  try {
    own = socket = new WebSocket(order.url, order.protocols);
  } catch ({ message }) {
    postMessage({ on: "fault", connection, message });
    return;
  }
  own.binaryType = "arraybuffer";
  let opened = false;
  own.onopen = () => {
    opened = true;
    const { url, protocol } = own;
    postMessage({ on: "opened", connection, url, protocol, time: timeOf(now()) });
  };
  own.onmessage = ({ data }) => received(typeof data === "string" ? data : new Uint8Array(data));
  own.onclose = ({ code, reason, wasClean }) => {
    const time = timeOf(now());
    over();
    postMessage({ on: "closed", connection, opened, code, reason, wasClean, time });
  };
}

/** Lets go of the socket: it ends when it ends, and nobody hears of it. */
function drop() {
  if (socket === undefined) return;
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.close();
  over();
}

function over() {
  generator.stop("Stopped");
  trips.lost();
  changed = true;
  tell();
}

function send(data) {
  const at = now();
  socket.send(data);
  const size = sizeOf(data);
  trips.sent(data, at, size);
  traffic.sent++;
  traffic.sentBytes += size;
  sentMeter.add(1, at);
  log("out", data, size, at);
}

function received(data) {
  const at = now();
  lastCame = at;
  trips.received(data, at);
  const size = sizeOf(data);
  traffic.received++;
  traffic.receivedBytes += size;
  receivedMeter.add(1, at);
  log("in", data, size, at);
  generator.answered();
}

function log(direction, data, size, at) {
  const type = typeof data === "string" ? "text" : "binary";
  outbox.add({ time: timeOf(at), direction, type, size, data, connection });
  changed = true;
  tell();
}

/** A batch for the page: at once, unless there was one just now, or it has not taken that. */
function tell() {
  if (!taken || !changed || timer !== undefined) return;
  const rate = sentMeter.perSecond(now()) + receivedMeter.perSecond(now());
  const wait = told + (rate > MANY ? SLOW_PACE : PACE) - now();
  if (wait > 0) {
    timer = setTimeout(() => {
      timer = undefined;
      tell();
    }, wait);
    return;
  }
  told = now();
  taken = false;
  const entries = outbox.take();
  changed = !outbox.empty;
  const at = now();
  const { unanswered, oldest, forgotten } = trips;
  const look = at - looked >= LOOK || trips.count <= FEW;
  if (look) looked = at;
  const buffers = entries.flatMap(({ direction, data }) =>
    direction === "in" && typeof data !== "string" ? [data.buffer] : []
  );
  const batch = {
    on: "batch",
    entries,
    traffic,
    rates: { sent: sentMeter.perSecond(at), received: receivedMeter.perSecond(at) },
    ...(look && { figures: trips.figures, times: Float64Array.from(trips.times) }),
    unanswered,
    forgotten,
    /** Milliseconds for which there has been no answer, nor anything else. */
    silent: unanswered === 0 ? 0 : at - Math.max(oldest, lastCame),
    waiting: unanswered === 0 ? 0 : at - oldest,
    buffered: socket?.bufferedAmount ?? 0,
    progress: generator.progress,
  };
  // What came is of no more use here; what was sent is compared with what comes back.
  postMessage(batch, buffers);
}
