import { useEffect, useState } from 'react'
import { appPath } from '~/app-path'
import type { Figures } from './figures'
import { addFigures } from './history'

export type Connection = 'connecting' | 'live' | 'lost'

const retryMilliseconds = 3000

/** The figures since the page was opened; new ones arrive while `on` is true. */
export function useFigures(first: Figures, on: boolean) {
  const [history, setHistory] = useState<readonly Figures[]>([first])
  const [connection, setConnection] = useState<Connection>('connecting')

  useEffect(() => {
    if (!on) return
    let source: EventSource
    let retry: ReturnType<typeof setTimeout> | undefined

    function connect() {
      source = new EventSource(appPath('/api/metrics'))
      source.onmessage = ({ data }: MessageEvent<string>) => {
        setConnection('live')
        setHistory((before) => addFigures(before, JSON.parse(data) as Figures))
      }
      source.onerror = () => {
        setConnection('lost')
        // The browser does not retry after a status other than 200, so this code does.
        if (source.readyState === EventSource.CLOSED) {
          retry = setTimeout(connect, retryMilliseconds)
        }
      }
    }

    connect()
    return () => {
      clearTimeout(retry)
      source.close()
      setConnection('connecting')
    }
  }, [on])

  return { history, connection }
}
