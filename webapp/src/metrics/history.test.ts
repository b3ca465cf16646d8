import { describe, expect, it } from 'vitest'
import type { Figures } from './figures'
import { addFigures, historySeconds, requestRates } from './history'

function figures(pid: number, time: number, requests: number): Figures {
  return {
    pid,
    time,
    requests,
    uptimeSeconds: time / 1000,
    rssBytes: 1,
    heapBytes: 1,
    loopDelay: { mean: 0, max: 0 },
  }
}

describe('addFigures', () => {
  it('starts anew when another process answers', () => {
    const history = addFigures([figures(1, 0, 5)], figures(2, 1000, 1))
    expect(history).toEqual([figures(2, 1000, 1)])
  })

  it('replaces what is hardly older', () => {
    const history = addFigures([figures(1, 0, 5), figures(1, 1000, 6)], figures(1, 1004, 7))
    expect(history).toEqual([figures(1, 0, 5), figures(1, 1004, 7)])
  })

  it('forgets what is older than the chart', () => {
    let history: Figures[] = []
    for (let second = 0; second < 100; second += 1) {
      history = addFigures(history, figures(1, second * 1000, second))
    }
    expect(history).toHaveLength(historySeconds + 1)
    expect(history[0]?.requests).toBe(100 - historySeconds - 1)
  })
})

describe('requestRates', () => {
  it('divides by the time that really passed', () => {
    const history = [figures(1, 0, 10), figures(1, 1000, 14), figures(1, 3000, 24)]
    expect(requestRates(history)).toEqual([4, 5])
  })

  it('has no rate for a single reading, and none without time', () => {
    expect(requestRates([figures(1, 0, 10)])).toEqual([])
    expect(requestRates([figures(1, 0, 10), figures(1, 0, 12)])).toEqual([0])
  })
})
