import { describe, expect, it } from 'vitest'
import { areaPoints, linePoints, roundMaximum } from './chart-scale'

describe('roundMaximum', () => {
  it.each([
    [[3], 5],
    [[5], 5],
    [[5.1, 2], 10],
    [[140], 200],
    [[0.03], 1],
    [[], 1],
  ])('of %j is %d', (values, maximum) => {
    expect(roundMaximum(values, 1)).toBe(maximum)
  })

  it('takes its least value below one too', () => {
    expect(roundMaximum([0.001], 0.1)).toBeCloseTo(0.1)
  })
})

describe('linePoints', () => {
  const size = { width: 100, height: 50, points: 5 }

  it('puts the newest value at the right edge', () => {
    expect(linePoints([0, 10], 10, size)).toBe('75,50 100,0')
  })

  it('shows no more points than fit', () => {
    expect(linePoints([9, 9, 9, 1, 2, 3, 4, 5], 5, size)).toBe('0,40 25,30 50,20 75,10 100,0')
  })

  it('stays inside the chart', () => {
    expect(linePoints([99], 10, size)).toBe('100,0')
  })

  it('is empty without values', () => {
    expect(linePoints([], 10, size)).toBe('')
  })
})

describe('areaPoints', () => {
  const size = { width: 100, height: 50, points: 5 }

  it('closes the line along the bottom', () => {
    expect(areaPoints([0, 10], 10, size)).toBe('75,50 100,0 100,50 75,50')
  })

  it('is empty without values', () => {
    expect(areaPoints([], 10, size)).toBe('')
  })
})
