import { assert } from "@std/assert";
import { PATIENCE } from "./within.ts";

/** Everything that a port has to tell, in the order in which it does. */
export class Told {
  readonly all: string[] = [];
  #heard = () => {};

  add(text: string): void {
    this.all.push(text);
    this.#heard();
  }

  /** Waits for something, and takes it and what came before. */
  async until(expected: RegExp): Promise<string> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const index = this.all.findIndex((text) => expected.test(text));
      if (index >= 0) return this.all.splice(0, index + 1).at(-1)!;
      assert(Date.now() < end, `expected ${expected}, got ${this.all.join("; ")}`);
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
        timer = setTimeout(resolve, 1_000);
      });
      clearTimeout(timer);
    }
  }
}
