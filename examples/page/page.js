// The page of the echo app. Everything from the network is shown as text, never as HTML.

const byId = (id) => document.getElementById(id);
const [status, url, connect, close, message, send, log] = [
  "status",
  "url",
  "connect",
  "close",
  "message",
  "send",
  "log",
].map(byId);

/** Entries that the log keeps. */
const KEPT = 1_000;

let socket;

url.value = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;

byId("connection").addEventListener("submit", (event) => {
  event.preventDefault();
  open();
});
byId("sending").addEventListener("submit", (event) => {
  event.preventDefault();
  socket.send(message.value);
  record("Client", "Server", message.value);
  message.select();
});
close.addEventListener("click", () => {
  socket.close(1000, "Closed by the page");
  show();
});

function open() {
  try {
    socket = new WebSocket(url.value);
  } catch (error) {
    record("Page", "", `Cannot connect: ${error.message}`);
    return;
  }
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => {
    show();
    record("Server", "Client", `Connection opened to ${socket.url}`);
    message.focus();
  });
  socket.addEventListener("message", ({ data }) => {
    record("Server", "Client", typeof data === "string" ? data : `${data.byteLength} bytes`);
  });
  socket.addEventListener("close", ({ code, reason, wasClean }) => {
    show();
    const how = wasClean ? "" : " (not clean: refused, broken or dropped)";
    record(
      "Server",
      "Client",
      `Connection closed. Code: ${code}. Reason: ${reason || "none"}${how}`,
    );
  });
  show();
}

/** Brings status and controls in line with the socket. */
function show() {
  const state = ["connecting", "open", "closing", "closed"][socket.readyState];
  status.dataset.state = state;
  status.textContent = {
    connecting: "Connecting…",
    open: "Open",
    closing: "Closing…",
    closed: "Closed",
  }[state];
  const isOpen = state === "open";
  connect.disabled = url.disabled = state !== "closed";
  close.disabled = state !== "open" && state !== "connecting";
  message.disabled = send.disabled = !isOpen;
}

/** Adds an entry to the Communication Log. */
function record(from, to, data) {
  const row = log.insertRow();
  for (const text of [new Date().toLocaleTimeString(), from, to, data]) {
    row.insertCell().textContent = text;
  }
  if (log.rows.length > KEPT) log.deleteRow(0);
}
