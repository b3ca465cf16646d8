import type { LoopDelay } from './figures'

const tickMilliseconds = 20

/** Measures how late a repeating timer fires: the time that other work held the event loop. */
export class LoopDelayMeter {
  private timer: ReturnType<typeof setInterval> | undefined
  private due = 0
  private delays: number[] = []

  start(): void {
    this.due = performance.now() + tickMilliseconds
    this.timer = setInterval(() => {
      const now = performance.now()
      this.delays.push(Math.max(0, now - this.due))
      this.due = now + tickMilliseconds
    }, tickMilliseconds)
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** The measurements since the last call. */
  take(): LoopDelay {
    const delays = this.delays
    this.delays = []
    if (delays.length === 0) return { mean: 0, max: 0 }
    const sum = delays.reduce((total, delay) => total + delay, 0)
    return { mean: sum / delays.length, max: Math.max(...delays) }
  }
}

export async function measureLoopDelay(milliseconds: number): Promise<LoopDelay> {
  const meter = new LoopDelayMeter()
  meter.start()
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  meter.stop()
  return meter.take()
}
