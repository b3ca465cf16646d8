/** The figures of one Bun process at one moment. */
export interface Figures {
  pid: number
  /** Milliseconds since 1970. */
  time: number
  uptimeSeconds: number
  requests: number
  rssBytes: number
  heapBytes: number
  loopDelay: LoopDelay
}

/** How late timers were, in milliseconds. */
export interface LoopDelay {
  mean: number
  max: number
}
