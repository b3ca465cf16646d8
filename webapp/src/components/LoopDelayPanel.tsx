import { Await } from '@tanstack/react-router'
import type { LoopDelay } from '~/metrics/figures'
import { Panel } from './Panel'

export function LoopDelayPanel({ delay }: { delay: Promise<LoopDelay> }) {
  return (
    <Panel title="A part that arrives later">
      <p className="muted">
        The page is sent at once. Bun then measures its event loop for a second and streams the
        result after it, in the same response.
      </p>
      <div aria-live="polite" className="mt-auto flex min-h-16 items-end">
        <Await
          promise={delay}
          fallback={
            <p data-testid="deferred-fallback" className="muted flex items-center gap-3">
              <span className="loading loading-dots loading-sm" aria-hidden="true" />
              Measuring for one second…
            </p>
          }
        >
          {({ mean, max }) => (
            <dl data-testid="deferred" className="flex gap-8">
              <Reading name="Mean delay" milliseconds={mean} />
              <Reading name="Longest delay" milliseconds={max} />
            </dl>
          )}
        </Await>
      </div>
    </Panel>
  )
}

function Reading({ name, milliseconds }: { name: string; milliseconds: number }) {
  return (
    <div>
      <dt className="muted text-sm">{name}</dt>
      <dd className="text-2xl font-semibold tabular-nums">{milliseconds.toFixed(2)} ms</dd>
    </div>
  )
}
