/**
 * Calls that many make at once, made for all of them together: whoever asks while one is under way shares the next, which
 * begins after they asked, and so sees whatever they wrote before.
 */
export function joined<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const underWay = new Map<string, Promise<T>>();
  const next = new Map<string, Promise<T>>();

  function begin(key: string, work: () => Promise<T>): Promise<T> {
    const begun = work().finally(() => {
      if (underWay.get(key) === begun) underWay.delete(key);
    });
    underWay.set(key, begun);
    return begun;
  }

  return (key, work) => {
    const current = underWay.get(key);
    if (current === undefined) return begin(key, work);
    const waiting = next.get(key);
    if (waiting !== undefined) return waiting;
    const following = current
      .catch(() => undefined)
      .then(() => {
        next.delete(key);
        return begin(key, work);
      });
    next.set(key, following);
    return following;
  };
}
