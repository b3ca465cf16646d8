import { createServerFn } from '@tanstack/react-start'

export const fail = createServerFn().handler(() => {
  throw new Error('Failed on purpose: this reason stays on the server')
})
