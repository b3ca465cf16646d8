import { createCsrfMiddleware, createMiddleware, createStart } from '@tanstack/react-start'
import { countRequest } from './metrics/recorder.server'
import { hideReasons } from './server/hide-reasons'

const countRequests = createMiddleware().server(({ next }) => {
  countRequest()
  return next()
})

// The framework adds this by itself only if there is no start.ts.
const refuseForeignCalls = createCsrfMiddleware({
  filter: ({ handlerType }) => handlerType === 'serverFn',
})

export const startInstance = createStart(() => ({
  requestMiddleware: [countRequests, refuseForeignCalls],
  functionMiddleware: [hideReasons],
}))
