/** An object that has a member for every name: at run time, nobody knows which there are. */
export function byName(make: (name: string) => unknown): object {
  const made = new Map<string, unknown>();
  return new Proxy(Object.create(null), {
    get(_, name) {
      // Whoever awaits the object asks for `then`, and consoles ask for symbols.
      if (typeof name === "symbol" || name === "then") return undefined;
      if (!made.has(name)) made.set(name, make(name));
      return made.get(name);
    },
  });
}
