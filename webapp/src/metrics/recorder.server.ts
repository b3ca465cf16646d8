import type { Figures, LoopDelay } from './figures'
import { LoopDelayMeter, measureLoopDelay } from './loop-delay-meter.server'

type Listener = (figures: Figures) => void

let requests = 0
let timer: ReturnType<typeof setInterval> | undefined
const meter = new LoopDelayMeter()
const listeners = new Set<Listener>()

export function countRequest(): void {
  requests += 1
}

export async function currentFigures(): Promise<Figures> {
  return figures(await measureLoopDelay(100))
}

/** Calls the listener each second until the returned function is called. */
export function watchFigures(listener: Listener): () => void {
  listeners.add(listener)
  if (listeners.size === 1) start()
  return () => {
    if (listeners.delete(listener) && listeners.size === 0) stop()
  }
}

// All listeners share one meter, which runs only while there is a listener.
function start(): void {
  meter.take()
  meter.start()
  timer = setInterval(() => {
    const latest = figures(meter.take())
    listeners.forEach((listener) => {
      listener(latest)
    })
  }, 1000)
}

function stop(): void {
  meter.stop()
  clearInterval(timer)
}

function figures(loopDelay: LoopDelay): Figures {
  const memory = process.memoryUsage()
  return {
    pid: process.pid,
    time: Date.now(),
    uptimeSeconds: process.uptime(),
    requests,
    rssBytes: memory.rss,
    heapBytes: memory.heapUsed,
    loopDelay,
  }
}
