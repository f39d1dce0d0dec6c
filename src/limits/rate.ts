/**
 * How much may still be taken: what is in the bucket, which fills at a steady rate. Whoever was quiet
 * may take a bucket at once.
 */
export interface Bucket {
  /** What can be taken now. */
  tokens: number;
  /** Milliseconds of the clock at which it was so. */
  at: number;
}

/** The rate at which buckets of one kind fill, and what goes into one. */
export class Rate {
  /** What a bucket holds that is full. */
  readonly capacity: number;
  readonly #perMillisecond: number;

  /**
   * `burst`: seconds in which an empty bucket fills. It holds one at the least, or nobody could ever
   * take one.
   */
  constructor(perSecond: number, burst: number) {
    this.capacity = Math.max(1, perSecond * burst);
    this.#perMillisecond = perSecond / 1000;
  }

  /** A bucket that is full. */
  bucket(now: number): Bucket {
    return { tokens: this.capacity, at: now };
  }

  /** Takes `count` out of a bucket, if there are so many. */
  take(bucket: Bucket, count: number, now: number): boolean {
    this.#fill(bucket, now);
    if (bucket.tokens < count) return false;
    bucket.tokens -= count;
    return true;
  }

  /** Seconds until there are `count` in a bucket again. */
  wait(bucket: Bucket, count: number): number {
    return Math.max(0, count - bucket.tokens) / this.#perMillisecond / 1000;
  }

  #fill(bucket: Bucket, now: number): void {
    const { tokens, at } = bucket;
    bucket.tokens = Math.min(this.capacity, tokens + (now - at) * this.#perMillisecond);
    bucket.at = now;
  }
}
