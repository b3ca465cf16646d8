import { createStartHandler, defaultStreamHandler } from '@tanstack/react-start/server'
import { createServerEntry } from '@tanstack/react-start/server-entry'
import { appPath } from './app-path'
import { echo, openEcho } from './echo/echo.server'

const answer = createStartHandler(defaultStreamHandler)

const site = createServerEntry({
  async fetch(request, options) {
    try {
      return await answer(request, options)
    } catch (error) {
      // The client disconnected before the response was ready, which is no error to log.
      if (request.signal.aborted) return new Response(null, { status: 499 })
      throw error
    }
  },
})

const echoPath = appPath('/api/echo')

/** The options of `Bun.serve`. Vite's development server calls `fetch` without a server, and opens no WebSocket. */
export default {
  fetch: (request: Request, server?: Bun.Server<undefined>) =>
    new URL(request.url).pathname === echoPath ? openEcho(request, server) : site.fetch(request),
  websocket: echo,
}
