const firstPause = 1000
const longestPause = 30_000

/**
 * How long to wait, in milliseconds, before the next try: each failure in a row doubles it.
 *
 * @param chance from 0 to 1; spreads the clients that lost their connections at the same moment
 */
export function retryPause(failures: number, chance: number): number {
  const most = Math.min(firstPause * 2 ** failures, longestPause)
  return most * (0.5 + chance / 2)
}

export function formatRoundTrip(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '–' : `${milliseconds.toFixed(1)} ms`
}

/** The URL of a WebSocket to `path` on the server of the page at `page`. */
export function webSocketAddress(path: string, page: string): string {
  const address = new URL(path, page)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  return address.href
}
