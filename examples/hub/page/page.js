/** Three sensors, each with a stream of its values and a limit that all pages share. */
const SENSORS = ["processor", "memory", "delay"];
/** Values that a curve shows, and milliseconds between two of them. */
const [SHOWN, PERIOD] = [60, 500];

const $ = (id) => document.getElementById(id);
const cards = new Map(SENSORS.map((name) => [name, card(name)]));
const subscriptions = [];

const connection = new signalR.HubConnectionBuilder()
  .withUrl("dashboard")
  // For as long as the page is open, and not all pages at the same time.
  .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => 500 + Math.random() * 4500 })
  .configureLogging(signalR.LogLevel.Error)
  .build();

function say(state, text) {
  $("status").dataset.state = state;
  $("status").textContent = text;
}

/** What the page shows of one sensor. */
function card(name) {
  const section = $("sensor").content.firstElementChild.cloneNode(true);
  const find = (selector) => section.querySelector(selector);
  section.id = name;
  find("h2").textContent = name;
  find("svg").setAttribute("aria-label", `${name}, the last ${SHOWN * PERIOD / 1000} seconds`);
  find("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const { value } = find("input");
    connection.invoke("setLimit", name, value === "" ? null : Number(value)).catch(failed);
  });
  $("sensors").append(section);
  const values = [];
  let limit = null;

  function draw() {
    const most = Math.max(1, limit ?? 0, ...values) * 1.1;
    const y = (value) => (80 - value / most * 80).toFixed(1);
    const points = values.map((value, i) => `${(i * 300 / (SHOWN - 1)).toFixed(1)},${y(value)}`);
    find(".line").setAttribute("points", points.join(" "));
    for (const end of ["y1", "y2"]) {
      find(".limit").setAttribute(end, limit === null ? -9 : y(limit));
    }
    section.dataset.over = limit !== null && values.at(-1) > limit;
  }
  return {
    unit: (text) => find(".unit").textContent = text,
    add(value) {
      values.push(value);
      if (values.length > SHOWN) values.shift();
      find("output").textContent = value;
      draw();
    },
    limit(value) {
      limit = value;
      find("input").value = section.dataset.limit = value ?? "";
      draw();
    },
  };
}

function failed(error) {
  if (connection.state === "Connected") say("closed", error.message);
}

/** A connection that comes back is a new one: in no group, and without a stream. */
async function watch() {
  for (const subscription of subscriptions.splice(0)) subscription.dispose();
  for (const [name, card] of cards) {
    const { unit, limit } = await connection.invoke("watch", name);
    card.unit(unit);
    card.limit(limit);
    subscriptions.push(
      connection.stream("values", name, PERIOD).subscribe({
        next: ({ value }) => card.add(value),
        error: failed,
        complete() {},
      }),
    );
  }
  say("open", "Connected");
}

/** Asks whoever sits here: the answer goes to the server, which waits for it. */
function ask(question) {
  const dialog = $("question");
  $("asked").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

connection.on("limit", (name, value) => cards.get(name)?.limit(value));
connection.on("confirm", ask);
connection.onreconnecting(() => say("closed", "Offline, trying again"));
connection.onreconnected(() => start());
connection.onclose(() => say("closed", "Offline: load the page again"));
$("clear").addEventListener("click", () => connection.invoke("clearLimits").catch(failed));

let retry;

/**
 * The client comes back by itself, but not to a server that it has never reached; and a server that is
 * there may not reach the limits for a while.
 */
async function start() {
  clearTimeout(retry);
  try {
    if (connection.state === "Disconnected") await connection.start();
    await watch();
  } catch {
    say("closed", "Offline, trying again");
    retry = setTimeout(start, 2_000);
  }
}

start();
