import { createServerFn } from '@tanstack/react-start'
import { runtimeName } from './runtime.server'

const longestMessage = 200

export const askServer = createServerFn({ method: 'POST' })
  .validator((message: unknown) => {
    if (typeof message !== 'string' || message.length > longestMessage) {
      throw new Error(`The message must be text of at most ${longestMessage} characters`)
    }
    return message
  })
  .handler(({ data: message }) => ({
    message,
    bytes: new TextEncoder().encode(message).length,
    time: new Date().toISOString(),
    pid: process.pid,
    runtime: runtimeName(),
  }))
