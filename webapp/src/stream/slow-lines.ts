export interface SlowLines {
  chunks: number
  interval: number
}

interface Bounds {
  fallback: number
  least: number
  most: number
}

const bounds: Record<keyof SlowLines, Bounds> = {
  chunks: { fallback: 5, least: 1, most: 100 },
  interval: { fallback: 200, least: 0, most: 2000 },
}

/** Reads `?chunks=&interval=` (milliseconds); an Error's message may be shown to the visitor. */
export function parseSlowLines(query: URLSearchParams): SlowLines | Error {
  const chunks = readNumber(query, 'chunks')
  if (chunks instanceof Error) return chunks
  const interval = readNumber(query, 'interval')
  if (interval instanceof Error) return interval
  return { chunks, interval }
}

function readNumber(query: URLSearchParams, name: keyof SlowLines): number | Error {
  const { fallback, least, most } = bounds[name]
  const text = query.get(name)
  if (text === null) return fallback
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) {
    return new Error(`${name} must be a whole number from ${least} to ${most}`)
  }
  return value
}

/** One line at once, then one per interval; stops when the client disconnects. */
export function slowLines({ chunks, interval }: SlowLines): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const start = performance.now()
  let sent = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  return new ReadableStream({
    start(controller) {
      function sendLine() {
        sent += 1
        const elapsed = Math.round(performance.now() - start)
        controller.enqueue(encoder.encode(`line ${sent} of ${chunks} after ${elapsed} ms\n`))
        if (sent === chunks) {
          controller.close()
        } else {
          timer = setTimeout(sendLine, interval)
        }
      }
      sendLine()
    },
    cancel() {
      clearTimeout(timer)
    },
  })
}
