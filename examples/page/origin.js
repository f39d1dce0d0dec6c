import { ui } from "./dom.js";

/** Milliseconds that the server may take. */
const PATIENCE = 5_000;

/** The corner that asks the server about pages of other origins. */
export function originCorner() {
  ui["own-origin"].textContent = location.origin;
  ui.asking.addEventListener("submit", async (event) => {
    event.preventDefault();
    const origin = ui.origin.value;
    try {
      const response = await fetch("/verdict", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ headers: { origin } }),
        signal: AbortSignal.timeout(PATIENCE),
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
}
