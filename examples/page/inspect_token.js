import { element } from "./dom.js";

const KEY = "inspect-token";

/** The token of the link that led here, or of before a reload. It does not stay in the address. */
export function knownToken() {
  const link = new URLSearchParams(location.hash.slice(1));
  const token = link.get("inspect");
  if (token !== null) {
    sessionStorage.setItem(KEY, token);
    link.delete("inspect");
    const hash = link.size > 0 ? `#${link}` : "";
    history.replaceState(null, "", location.pathname + location.search + hash);
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
