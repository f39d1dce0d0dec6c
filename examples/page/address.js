/** What a link to the page may carry, in characters. */
const MOST = 8_000;

/**
 * What a link to this page asks for: `{ url, protocols, message }`, each undefined if it is not
 * there. What follows the # is never sent to a server; the part after the ? is read too.
 */
export function wishesOf({ search, hash }) {
  const [query, fragment] = [new URLSearchParams(search), new URLSearchParams(hash.slice(1))];
  const of = (name) => fragment.get(name) ?? query.get(name) ?? undefined;
  return { url: of("url"), protocols: of("protocols"), message: of("message") };
}

/** A link that opens the page with this URL, subprotocols and message in it; undefined if too long. */
export function linkTo(page, { url, protocols, message }) {
  const wishes = new URLSearchParams();
  wishes.set("url", url);
  if (protocols !== "") wishes.set("protocols", protocols);
  if (message !== "") wishes.set("message", message);
  const link = new URL(page);
  link.search = "";
  link.hash = wishes.toString();
  return link.href.length > MOST ? undefined : link.href;
}

/** The URL of a WebSocket, which may be given as "/ws" or with http:; undefined if it is none. */
export function targetOf(url, page) {
  if (!URL.canParse(url, page)) return undefined;
  return new URL(new URL(url, page).href.replace(/^http/, "ws"));
}

/** Whether a WebSocket is of the page's own server. */
export function isOwn(target, page) {
  return target.host === new URL(page).host;
}
