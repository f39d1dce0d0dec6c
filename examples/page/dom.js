import { piecesOf } from "./visible.js";

/** The elements of the page, by their ids. */
export const ui = Object.fromEntries(
  [...document.querySelectorAll("[id]")].map((element) => [element.id, element]),
);

/** Makes an element, with properties and what is in it. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Makes an element of a drawing. */
export function drawn(tag, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

/** Writes a text, if it is another one. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** What came from the network, as text and never as HTML, with what nobody would see marked. */
export function writeVisible(element, text, lines = false) {
  element.replaceChildren(
    ...piecesOf(text, lines).map((piece) => piece.mark ? mark(piece.text) : piece.text),
  );
}

/** Something that the page says about a text, and that is not in it. */
export function mark(text) {
  return element("span", { className: "mark", textContent: text });
}

/**
 * Switches buttons off or on. One that is off keeps the focus if it has it: a keyboard would have to
 * begin anew at the top of the page.
 */
export function setOff(off, ...buttons) {
  for (const button of buttons) button.ariaDisabled = `${off}`;
}

document.addEventListener("click", (event) => {
  // This is also how a form is sent by the key Enter.
  if (!event.target.closest?.('[aria-disabled="true"]')) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

/** Says something to those who look and to those who listen. */
export function say(text) {
  ui.done.textContent = text;
}

/** When the page has drawn; a page in the background draws nothing. */
export function afterFrame(task) {
  let done = false;
  const once = () => {
    if (!done) task();
    done = true;
  };
  requestAnimationFrame(once);
  setTimeout(once, 100);
}
