import { element } from "./dom.js";

const KEY = "inspect-token";

/** The token of the link that led here, or of before a reload. It does not stay in the address. */
export function knownToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("inspect");
  if (token !== null) {
    sessionStorage.setItem(KEY, token);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(KEY) ?? "";
}

/** A form that asks for the token; hidden as long as none is wanted. */
export function tokenForm(given) {
  const input = element("input", { type: "password", id: "inspect-token", autocomplete: "off" });
  const form = element(
    "form",
    { className: "row", hidden: true },
    element("label", { className: "field" }, "Token (INSPECT_TOKEN of the server)", input),
    element("button", { type: "submit", textContent: "Show the server's side" }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEY, input.value);
    given(input.value);
  });
  return form;
}
