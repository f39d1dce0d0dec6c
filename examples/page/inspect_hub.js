import { element, writeVisible } from "./dom.js";
import { HubLine, parseArguments } from "./inspect_hub_line.js";

/** Lines that are kept, and milliseconds between two signs of life. */
const MOST = 200;
const PULSE = 10_000;

/** A form that calls a hub of the server, and shows what it answers and what it calls itself. */
export class Hub {
  #path = element("input", { id: "hub-path", required: true, spellcheck: false });
  #method = element("input", { id: "hub-method", spellcheck: false, autocomplete: "off" });
  #arguments = element("input", { id: "hub-arguments", spellcheck: false, autocomplete: "off" });
  #answer = element("input", { id: "hub-answer", value: "null", spellcheck: false });
  #lines = element("div", { id: "hub-lines", className: "ends-box", role: "log", tabIndex: 0 });
  #socket;
  #line;

  constructor(panel, [first]) {
    this.#path.value = first;
    this.#lines.ariaLabel = "Calls and answers";
    this.#method.placeholder = "send";
    this.#arguments.placeholder = '"lobby", 1';
    const field = (text, input) => element("label", { className: "field" }, text, input);
    const button = (textContent, task) => {
      const one = element("button", { type: "button", textContent });
      one.addEventListener("click", task);
      return one;
    };
    const row = (...children) => element("div", { className: "row" }, ...children);
    panel.append(
      element("h2", { textContent: "Call a hub" }),
      row(
        field("Path of the hub", this.#path),
        button("Connect to the hub", () => this.#connect()),
        button("Leave the hub", () => this.#socket?.close(1000)),
      ),
      row(field("Method", this.#method), field("Arguments, in JSON", this.#arguments)),
      row(
        button("Call", () => this.#begin("call")),
        button("Stream", () => this.#begin("stream")),
        button("Cancel streams", () => this.#line?.cancel()),
        field("Answer to the server's calls, in JSON", this.#answer),
      ),
      this.#lines,
    );
  }

  #connect() {
    this.#socket?.close(1000);
    const url = new URL(this.#path.value, location.href.replace(/^http/, "ws"));
    const socket = this.#socket = new WebSocket(url);
    let pulse;
    socket.onopen = () => {
      this.#line = new HubLine({
        send: (text) => socket.send(text),
        said: (text, bad) => this.#say(text, bad),
        answer: () => JSON.parse(this.#answer.value),
      });
      pulse = setInterval(() => this.#line.ping(), PULSE);
    };
    socket.onmessage = ({ data }) => {
      try {
        this.#line.received(data);
      } catch ({ message }) {
        this.#say(`this is no hub: ${message}`, true);
        socket.close(1000);
      }
    };
    socket.onclose = ({ code, reason }) => {
      clearInterval(pulse);
      this.#say(`the connection ended with ${code}${reason && ` (${reason})`}`, code !== 1000);
      if (socket === this.#socket) this.#line = undefined;
    };
  }

  #begin(how) {
    if (this.#line === undefined) return this.#say("connect to the hub first", true);
    try {
      this.#line[how](this.#method.value.trim(), parseArguments(this.#arguments.value));
    } catch ({ message }) {
      this.#say(message, true);
    }
  }

  #say(text, bad) {
    const line = element("p");
    line.dataset.level = bad ? "error" : "";
    writeVisible(line, text);
    this.#lines.append(line);
    if (this.#lines.childElementCount > MOST) this.#lines.firstElementChild.remove();
    this.#lines.scrollTop = this.#lines.scrollHeight;
  }
}
