import { createServerFn } from '@tanstack/react-start'
import { getRequest } from '@tanstack/react-start/server'
import { versions } from './runtime.server'

export const describeServer = createServerFn().handler(() => {
  const request = getRequest()
  return {
    ...versions(),
    pid: process.pid,
    platform: `${process.platform} ${process.arch}`,
    origin: new URL(request.url).origin,
    forwardedProto: request.headers.get('x-forwarded-proto'),
  }
})
