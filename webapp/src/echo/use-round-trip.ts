import { useEffect, useState } from 'react'
import { appPath } from '~/app-path'
import { retryPause, webSocketAddress } from './round-trip'

export type SocketState = 'connecting' | 'open' | 'closed'

const interval = 1000
const patience = 5000

/** Sends a message each second while it is used; returns the last round-trip time in milliseconds. */
export function useRoundTrip() {
  const [state, setState] = useState<SocketState>('connecting')
  const [roundTrip, setRoundTrip] = useState<number>()

  useEffect(() => {
    let socket: WebSocket
    let ticks: ReturnType<typeof setInterval> | undefined
    let retry: ReturnType<typeof setTimeout> | undefined
    let failures = 0

    function connect() {
      const current = new WebSocket(webSocketAddress(appPath('/api/echo'), location.href))
      // When the wait for the server began: first for the handshake, then for the last echo.
      let waitingSince: number | undefined = performance.now()

      function send() {
        waitingSince = performance.now()
        current.send('Are you there?')
      }
      ticks = setInterval(() => {
        if (waitingSince === undefined) send()
        else if (performance.now() - waitingSince > patience) current.close()
      }, interval)

      current.onopen = () => {
        setState('open')
        send()
      }
      current.onmessage = () => {
        // Only an echo resets the delay, so a server that closes at once is not asked again at once.
        failures = 0
        if (waitingSince !== undefined) setRoundTrip(performance.now() - waitingSince)
        waitingSince = undefined
      }
      current.onclose = () => {
        clearInterval(ticks)
        setState('closed')
        setRoundTrip(undefined)
        retry = setTimeout(connect, retryPause(failures, Math.random()))
        failures += 1
      }
      socket = current
    }

    connect()
    return () => {
      clearInterval(ticks)
      clearTimeout(retry)
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.close()
    }
  }, [])

  return { state, roundTrip }
}
