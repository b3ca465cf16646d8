import { formatRoundTrip } from '~/echo/round-trip'
import { useRoundTrip } from '~/echo/use-round-trip'
import { FactList } from './FactList'
import { Panel } from './Panel'

const stateNames = { connecting: 'Connecting…', open: 'Open', closed: 'Closed' } as const

export function RoundTripPanel() {
  const { state, roundTrip } = useRoundTrip()
  return (
    <Panel title="Round trip">
      <p className="muted">
        A message goes to Bun and back each second, over a WebSocket that the servlet container
        passes through.
      </p>
      <div data-testid="websocket">
        <FactList
          facts={[
            { name: 'WebSocket', value: stateNames[state], testId: 'websocket-state' },
            {
              name: 'Last message',
              value: formatRoundTrip(roundTrip),
              testId: 'websocket-round-trip',
            },
          ]}
        />
      </div>
    </Panel>
  )
}
