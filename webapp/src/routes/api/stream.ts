import { createFileRoute } from '@tanstack/react-router'
import { methodNotAllowed } from '~/server/method-not-allowed'
import { parseSlowLines, slowLines } from '~/stream/slow-lines'

export const Route = createFileRoute('/api/stream')({
  server: {
    handlers: {
      ANY: methodNotAllowed,
      GET: ({ request }) => {
        const wanted = parseSlowLines(new URL(request.url).searchParams)
        if (wanted instanceof Error) {
          return new Response(`${wanted.message}\n`, { status: 400, headers })
        }
        return new Response(slowLines(wanted), { headers })
      },
    },
  },
})

const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
