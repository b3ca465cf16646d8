import type { Figures } from './figures'

export const historySeconds = 60

// With a shorter interval, a single request would look like many per second.
const shortestInterval = 500

/**
 * Adds the newest figures; those of another process start a new history. They replace the last ones if these are less
 * than `shortestInterval` older, as after the page's own figures and after a reconnect.
 */
export function addFigures(history: readonly Figures[], latest: Figures): Figures[] {
  const kept = history.filter(
    ({ pid, time }) => pid === latest.pid && latest.time - time >= shortestInterval,
  )
  return [...kept, latest].slice(-historySeconds - 1)
}

/** Requests per second between each two successive figures. */
export function requestRates(history: readonly Figures[]): number[] {
  return history.slice(1).map((figures, index) => {
    const before = history[index] ?? figures
    const seconds = (figures.time - before.time) / 1000
    return seconds > 0 ? (figures.requests - before.requests) / seconds : 0
  })
}
