import type { Figures } from '~/metrics/figures'
import { formatDuration, formatMegabytes } from '~/metrics/format'

const wholeNumber = new Intl.NumberFormat('en')

export function FigureTiles({ figures }: { figures: Figures }) {
  const tiles = [
    ['Requests handled', wholeNumber.format(figures.requests), 'figure-requests'],
    ['Memory (RSS)', formatMegabytes(figures.rssBytes), 'figure-rss'],
    ['Running for', formatDuration(figures.uptimeSeconds), 'figure-uptime'],
    ['Process', figures.pid, 'figure-pid'],
  ] as const
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-5 lg:grid-cols-4">
      {tiles.map(([name, value, testId]) => (
        <div key={name} className="panel">
          <dt className="muted text-sm">{name}</dt>
          <dd data-testid={testId} className="mt-1 text-xl font-semibold tabular-nums sm:text-2xl">
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
