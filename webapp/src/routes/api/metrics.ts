import { createFileRoute } from '@tanstack/react-router'
import { figuresEventStream } from '~/metrics/event-stream.server'
import { methodNotAllowed } from '~/server/method-not-allowed'

export const Route = createFileRoute('/api/metrics')({
  server: {
    handlers: {
      ANY: methodNotAllowed,
      GET: () =>
        new Response(figuresEventStream(), {
          headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
        }),
    },
  },
})
