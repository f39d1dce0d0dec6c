import diagnostics from "node:diagnostics_channel";
import type { DiagnosticsMessages } from "../../mod.ts";

/** A name of a channel, without what all of them begin with. */
export type Key = keyof DiagnosticsMessages extends `edgesocket:${infer Name}` ? Name : never;

/** Listens to channels until it is disposed of. */
export class Listening implements Disposable {
  /** What was told, in this order. */
  readonly told: { readonly on: Key; readonly message: Record<string, unknown> }[] = [];
  readonly #stops: (() => void)[] = [];

  constructor(...keys: Key[]) {
    for (const key of keys) {
      const name = `edgesocket:${key}`;
      const listener = (message: unknown) => {
        this.told.push({ on: key, message: message as Record<string, unknown> });
      };
      diagnostics.subscribe(name, listener);
      this.#stops.push(() => diagnostics.unsubscribe(name, listener));
    }
  }

  /** What was told on one channel. */
  all(key: Key): Record<string, unknown>[] {
    return this.told.filter(({ on }) => on === key).map(({ message }) => message);
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
  }
}
