import type { Connection } from '~/metrics/use-figures'

const descriptions = {
  paused: ['Paused', 'bg-base-content/50'],
  connecting: ['Connecting…', 'bg-secondary'],
  live: ['Live', 'bg-accent'],
  lost: ['Connection lost, trying again…', 'bg-error'],
} as const

interface ConnectionStateProps {
  connection: Connection
  on: boolean
  onToggle: (on: boolean) => void
}

export function ConnectionState({ connection, on, onToggle }: ConnectionStateProps) {
  const [text, color] = descriptions[on ? connection : 'paused']
  return (
    <div className="mb-4 flex items-center justify-between gap-4">
      <p role="status" className="flex items-center gap-2 text-sm font-medium">
        <span aria-hidden="true" className={`size-2.5 rounded-full ${color}`} />
        <span data-testid="connection-state">{text}</span>
      </p>
      <button
        type="button"
        className="btn btn-outline btn-sm"
        onClick={() => {
          onToggle(!on)
        }}
      >
        {on ? 'Pause' : 'Resume'}
      </button>
    </div>
  )
}
