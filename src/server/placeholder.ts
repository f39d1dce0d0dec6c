/** What a placeholder is constructed from: the second argument of `new Response(null, …)`. */
export interface PlaceholderInit {
  readonly status: 101 | 204;
  readonly headers?: Headers;
}

/** One placeholder that was made for one request. */
export interface MadePlaceholder {
  readonly init: PlaceholderInit;
  /** What the response must carry beside its status; `undefined` if that says enough. */
  readonly token: string | undefined;
}

/** How an adapter makes the response that stands for an upgrade while the pipeline runs. */
export interface Placeholder {
  make(headers: Headers | undefined): MadePlaceholder;

  /**
   * Whether what the pipeline returned still stands for the upgrade: the status and the token of
   * this very request. An error page that was made from copied headers has another status. The
   * token is taken off.
   */
  claim(response: Response, token: string | undefined): boolean;
}

/** A 101, for runtimes that can construct one. Nobody else makes those, so that it needs no token. */
export const switchingProtocols: Placeholder = {
  make: (headers) => ({
    init: headers === undefined ? { status: 101 } : { status: 101, headers },
    token: undefined,
  }),
  claim: ({ status }) => status === 101,
};
