import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseSlowLines, slowLines } from './slow-lines'

function parse(query: string) {
  return parseSlowLines(new URLSearchParams(query))
}

describe('parseSlowLines', () => {
  it('has defaults', () => {
    expect(parse('')).toEqual({ chunks: 5, interval: 200 })
  })

  it('takes the bounds themselves', () => {
    expect(parse('chunks=1&interval=0')).toEqual({ chunks: 1, interval: 0 })
    expect(parse('chunks=100&interval=2000')).toEqual({ chunks: 100, interval: 2000 })
  })

  it.each(['0', '101', '-1', '1.5', '1e1', '', ' 5', 'many'])('refuses chunks=%s', (chunks) => {
    expect(parse(`chunks=${encodeURIComponent(chunks)}`)).toEqual(
      new Error('chunks must be a whole number from 1 to 100'),
    )
  })

  it('refuses an interval that is too long', () => {
    expect(parse('interval=2001')).toEqual(
      new Error('interval must be a whole number from 0 to 2000'),
    )
  })
})

describe('slowLines', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('sends every line and ends', async () => {
    const text = await new Response(slowLines({ chunks: 3, interval: 0 })).text()
    expect(text.trimEnd().split('\n')).toHaveLength(3)
    expect(text).toMatch(/^line 1 of 3 after \d+ ms\n/)
    expect(text).toMatch(/\nline 3 of 3 after \d+ ms\n$/)
  })

  it('leaves no timer behind when the reader leaves', async () => {
    vi.useFakeTimers()
    const reader = slowLines({ chunks: 100, interval: 50 }).getReader()
    await reader.read()
    expect(vi.getTimerCount()).toBe(1)
    await reader.cancel()
    expect(vi.getTimerCount()).toBe(0)
  })
})
