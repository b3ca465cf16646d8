import { expect, it } from 'vitest'
import { formatRoundTrip, retryPause, webSocketAddress } from './round-trip'

it.each([
  [0, 0, 500],
  [0, 1, 1000],
  [3, 1, 8000],
  [5, 1, 30_000],
  [5000, 0, 15_000],
])('waits after %d failures, by chance %d, for %d ms', (failures, chance, pause) => {
  expect(retryPause(failures, chance)).toBe(pause)
})

it('writes a round trip with one decimal, and none as a dash', () => {
  expect(formatRoundTrip(3.16)).toBe('3.2 ms')
  expect(formatRoundTrip(120)).toBe('120.0 ms')
  expect(formatRoundTrip(undefined)).toBe('–')
})

it.each([
  ['http://localhost:3000/about', 'ws://localhost:3000/api/echo'],
  ['https://example.org/about?a=b#c', 'wss://example.org/api/echo'],
])('asks for a WebSocket on the server of %s', (page, address) => {
  expect(webSocketAddress('/api/echo', page)).toBe(address)
})
