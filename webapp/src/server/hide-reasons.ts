import { isNotFound, isRedirect } from '@tanstack/react-router'
import { createMiddleware } from '@tanstack/react-start'

/** Logs why a server function failed, and tells the visitor only that it failed. */
export const hideReasons = createMiddleware({ type: 'function' }).server(async ({ next }) => {
  try {
    return await next()
  } catch (error) {
    if (isRedirect(error) || isNotFound(error)) throw error
    console.error(error)
    // oxlint-disable-next-line preserve-caught-error -- the visitor must not see the cause
    throw new Error('The server could not do this')
  }
})
