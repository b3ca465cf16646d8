import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { figuresEventStream } from './event-stream.server'
import type { Figures } from './figures'
import { countRequest } from './recorder.server'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

async function nextEvent(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Figures> {
  const pending = reader.read()
  await vi.advanceTimersByTimeAsync(1000)
  const { value } = await pending
  const [, json] = /^data: (.*)\n\n$/.exec(new TextDecoder().decode(value)) ?? []
  return JSON.parse(json ?? '') as Figures
}

it('sends the figures at once and again each second', async () => {
  const reader = figuresEventStream().getReader()
  const first = await nextEvent(reader)
  countRequest()
  const second = await nextEvent(reader)
  expect(first.pid).toBe(process.pid)
  expect(second.requests).toBe(first.requests + 1)
  expect(second.time - first.time).toBeGreaterThanOrEqual(1000)
  await reader.cancel()
})

it('leaves no timer behind when the last reader leaves', async () => {
  const one = figuresEventStream().getReader()
  const two = figuresEventStream().getReader()
  await nextEvent(one)
  await one.cancel()
  expect(vi.getTimerCount()).toBeGreaterThan(0)
  await two.cancel()
  expect(vi.getTimerCount()).toBe(0)
})

it('leaves no timer behind when the reader leaves before the first event', async () => {
  const reader = figuresEventStream().getReader()
  await reader.cancel()
  await vi.advanceTimersByTimeAsync(200)
  expect(vi.getTimerCount()).toBe(0)
})
