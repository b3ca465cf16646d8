const headers = { 'content-type': 'text/plain; charset=utf-8' }

/** Opens a WebSocket for a page of this site; `undefined` means that it is open. */
export function openEcho(
  request: Request,
  server: Pick<Bun.Server<undefined>, 'upgrade'> | undefined,
): Response | undefined {
  if (request.headers.get('upgrade')?.toLowerCase() === 'websocket') {
    // Browsers let any site open a WebSocket to any other, with the visitor's cookies.
    if (request.headers.get('origin') !== new URL(request.url).origin) {
      return new Response('Only for the pages of this site\n', { status: 403, headers })
    }
    if (server?.upgrade(request)) return undefined
  }
  return new Response('Only a WebSocket can be opened here\n', {
    status: 426,
    headers: { ...headers, upgrade: 'websocket', connection: 'upgrade' },
  })
}

/** Sends each message back. */
export const echo: Bun.WebSocketHandler<undefined> = {
  maxPayloadLength: 1024,
  // In seconds. Bun pings earlier, so only clients that have disconnected without a close are idle.
  idleTimeout: 30,
  message(socket, message) {
    socket.send(message)
  },
}
