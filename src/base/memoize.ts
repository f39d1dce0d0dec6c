/**
 * Remembers the last answer of a pure function of a text. Most handshakes of a server name the same
 * host, the same origin and the same path, and parsing these is most of what judging one takes.
 */
export function memoizeLast<T>(read: (text: string) => T): (text: string) => T {
  let last: string | undefined;
  let answer: T;
  return (text) => {
    if (text !== last) {
      answer = read(text);
      last = text;
    }
    return answer;
  };
}
