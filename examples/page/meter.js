/** Milliseconds of a slot, and slots of a second. */
const SLOT = 100;
const SLOTS = 10;

/** How much there was in the last second. */
export class Meter {
  #slots = new Array(SLOTS).fill(0);
  #at = 0;

  add(amount, now) {
    this.#turn(now);
    this.#slots[this.#at % SLOTS] += amount;
  }

  perSecond(now) {
    this.#turn(now);
    return this.#slots.reduce((sum, amount) => sum + amount, 0);
  }

  #turn(now) {
    const at = Math.floor(now / SLOT);
    for (let gone = Math.min(SLOTS, at - this.#at); gone > 0; gone--) {
      this.#slots[(at - gone + 1) % SLOTS] = 0;
    }
    this.#at = Math.max(this.#at, at);
  }
}
