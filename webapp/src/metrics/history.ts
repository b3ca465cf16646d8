import type { Figures } from './figures'

export const historySeconds = 60

/** Adds the newest figures; those of another process start a new history. */
export function addFigures(history: readonly Figures[], latest: Figures): Figures[] {
  const sameProcess = history.filter((figures) => figures.pid === latest.pid)
  return [...sameProcess, latest].slice(-historySeconds - 1)
}

/** Requests per second between each two neighbours. */
export function requestRates(history: readonly Figures[]): number[] {
  return history.slice(1).map((figures, index) => {
    const before = history[index] ?? figures
    const seconds = (figures.time - before.time) / 1000
    return seconds > 0 ? (figures.requests - before.requests) / seconds : 0
  })
}
