/** A room: `?room=` names it. Comes back by itself, with the position of the last line. */
const $ = (id) => document.getElementById(id);
const room = new URLSearchParams(location.search).get("room") ?? "lobby";
/** Lines that the page keeps. */
const MOST = 1_000;
/** Milliseconds before the first try to come back, and the longest wait. */
const [FIRST, LONGEST] = [500, 15_000];

let socket;
let position = "";
let tries = 0;
let timer;

$("room").textContent = room;
document.title = `${room} – Chat`;
$("name").value = localStorage.getItem("name") ?? "";
if ($("name").value === "") $("name").focus();
else $("text").focus();

function say(state, text) {
  $("status").dataset.state = state;
  $("status").textContent = text;
}

function add(...parts) {
  const lines = $("lines");
  const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
  const row = document.createElement("p");
  row.append(...parts);
  lines.append(row);
  while (lines.childElementCount > MOST) lines.firstElementChild.remove();
  if (atEnd) lines.scrollTop = lines.scrollHeight;
  return row;
}

function notice(text) {
  add(text).className = "notice";
}

function take({ line, position: at, gap, unsent }) {
  if (at !== undefined) position = at;
  if (gap !== undefined) return notice("Some messages are missing here.");
  if (unsent !== undefined) return notice(`Not sent: ${unsent}`);
  const name = document.createElement("b");
  name.textContent = line.name;
  add(name, ` ${line.text}`);
}

function connect() {
  clearTimeout(timer);
  say("connecting", "Connecting…");
  const url = new URL("ws", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.search = new URLSearchParams({ room, name: $("name").value, after: position });
  socket = new WebSocket(url);
  socket.onopen = () => {
    tries = 0;
    say("open", "Connected");
  };
  socket.onmessage = (event) => take(JSON.parse(event.data));
  socket.onclose = () => {
    // Not all at the same time, if it is the server that was away.
    const wait = Math.random() * Math.min(LONGEST, FIRST * 2 ** tries++);
    say("closed", "Offline, trying again");
    timer = setTimeout(connect, wait);
  };
}

/** A name is part of the address: another name is another connection. */
function rename() {
  localStorage.setItem("name", $("name").value);
  socket.onclose = null;
  socket.close();
  connect();
}

$("name").addEventListener("change", rename);
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return notice("Not sent: there is no connection.");
  socket.send($("text").value);
  $("text").value = "";
  $("text").focus();
});
addEventListener("online", () => socket.readyState === WebSocket.CLOSED && connect());
connect();
