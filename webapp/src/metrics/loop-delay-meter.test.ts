import { expect, it } from 'vitest'
import { LoopDelayMeter, measureLoopDelay } from './loop-delay-meter.server'

it('notices work that holds the event loop', async () => {
  const measured = measureLoopDelay(120)
  const until = performance.now() + 80
  while (performance.now() < until) {
    // Blocks the event loop on purpose.
  }
  const { mean, max } = await measured
  expect(max).toBeGreaterThan(40)
  expect(mean).toBeLessThanOrEqual(max)
})

it('starts anew after each reading', () => {
  const meter = new LoopDelayMeter()
  expect(meter.take()).toEqual({ mean: 0, max: 0 })
})
