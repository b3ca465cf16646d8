import { createFileRoute } from '@tanstack/react-router'
import { methodNotAllowed } from '~/server/method-not-allowed'
import { themes } from '~/theme/themes'

export const Route = createFileRoute('/api/themes')({
  server: {
    handlers: {
      ANY: methodNotAllowed,
      GET: () => Response.json(themes),
    },
  },
})
