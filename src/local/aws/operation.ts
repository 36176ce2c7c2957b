/** The shape that every service's operations share. */

export interface Call {
  /** `http://127.0.0.1:4566`, as the caller wrote it. */
  origin: string;
  /** Aborted when the caller hangs up. */
  signal: AbortSignal;
}

/** The input is JSON from the wire, of which only its being an object is certain; each operation checks what it needs. */
export type Operation = (input: never, call: Call) => unknown;
export type Operations = Record<string, Operation>;
