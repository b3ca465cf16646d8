import { expect, it } from 'vitest'
import { formatDuration, formatMegabytes } from './format'

it.each([
  [0.4, '0 s'],
  [59.9, '59 s'],
  [60, '1 min 0 s'],
  [3725, '1 h 2 min'],
  [90_000, '1 d 1 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

it('writes memory in megabytes', () => {
  expect(formatMegabytes(73_450_000)).toBe('73.5 MB')
})
