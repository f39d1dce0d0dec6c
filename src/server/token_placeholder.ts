import type { Placeholder } from "./placeholder.ts";

/** The header that carries the token. It never gets to a client. */
export const TOKEN_HEADER = "edgesocket-upgrade";

let made = 0;

/**
 * A 204 with a token in a header of ours, for runtimes that cannot construct a 101. The token need
 * not be secret: it means something only for the request that it was made for.
 */
export const noContentWithToken: Placeholder = {
  make(headers) {
    const token = `${++made}`;
    const own = new Headers(headers);
    own.set(TOKEN_HEADER, token);
    return { init: { status: 204, headers: own }, token };
  },

  claim({ status, headers }, token) {
    const found = headers.get(TOKEN_HEADER);
    // Error pages that were made from copied headers have it too.
    if (found !== null) headers.delete(TOKEN_HEADER);
    return status === 204 && token !== undefined && found === token;
  },
};
