import { createStartHandler, defaultStreamHandler } from '@tanstack/react-start/server'
import { createServerEntry } from '@tanstack/react-start/server-entry'

const answer = createStartHandler(defaultStreamHandler)

export default createServerEntry({
  async fetch(request, options) {
    try {
      return await answer(request, options)
    } catch (error) {
      // The visitor left before the answer was ready: nobody reads it, and it is no error to log.
      if (request.signal.aborted) return new Response(null, { status: 499 })
      throw error
    }
  },
})
