import { useState } from 'react'
import { Panel } from './Panel'

export function CounterPanel() {
  const [count, setCount] = useState(0)
  return (
    <Panel title="A part that lives in the browser">
      <p className="muted">
        The button came as plain HTML. It counts as soon as React has taken over the page.
      </p>
      <div className="mt-auto flex min-h-16 items-end">
        <button
          type="button"
          data-testid="counter"
          className="btn btn-primary tabular-nums"
          onClick={() => {
            setCount(count + 1)
          }}
        >
          Clicked {count} {count === 1 ? 'time' : 'times'}
        </button>
      </div>
    </Panel>
  )
}
