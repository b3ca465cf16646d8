import { isNotFound, isRedirect } from '@tanstack/react-router'
import { createMiddleware } from '@tanstack/react-start'

/** Why a server function failed goes to the log; the visitor learns only that it failed. */
export const hideReasons = createMiddleware({ type: 'function' }).server(async ({ next }) => {
  try {
    return await next()
  } catch (error) {
    if (isRedirect(error) || isNotFound(error)) throw error
    console.error(error)
    // oxlint-disable-next-line preserve-caught-error -- the cause is what must not travel
    throw new Error('The server could not do this')
  }
})
