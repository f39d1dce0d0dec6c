/** Who is in what, by name: groups, or users with their connections. */
export class Members<T> {
  readonly #sets = new Map<string, Set<T>>();

  /** How many names there are that somebody has. */
  get size(): number {
    return this.#sets.size;
  }

  /** Whoever is in it. */
  in(name: string): Iterable<T> {
    return this.#sets.get(name) ?? [];
  }

  add(name: string, member: T): void {
    const set = this.#sets.get(name);
    if (set === undefined) this.#sets.set(name, new Set([member]));
    else set.add(member);
  }

  /** Says whether nobody is in it any more. */
  delete(name: string, member: T): boolean {
    const set = this.#sets.get(name);
    if (!set?.delete(member) || set.size > 0) return false;
    return this.#sets.delete(name);
  }
}
