import type { Figures } from './figures'
import { currentFigures, watchFigures } from './recorder.server'

/** Server-Sent Events: the figures at once, then each second, until the client disconnects. */
export function figuresEventStream(): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let stopWatching: (() => void) | undefined
  let left = false

  return new ReadableStream({
    async start(controller) {
      function send(figures: Figures) {
        controller.enqueue(encoder.encode(`data: ${JSON.stringify(figures)}\n\n`))
      }
      const first = await currentFigures()
      // The client may have disconnected while the first figures were being measured.
      if (left) return
      send(first)
      stopWatching = watchFigures(send)
    },
    cancel() {
      left = true
      stopWatching?.()
    },
  })
}
