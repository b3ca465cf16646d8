import { areaPoints, linePoints, roundMaximum } from '~/metrics/chart-scale'
import { historySeconds } from '~/metrics/history'

const size = { width: 600, height: 160, points: historySeconds + 1 }
const lineColors = ['stroke-primary', 'stroke-secondary'] as const
const dotColors = ['bg-primary', 'bg-secondary'] as const

export interface Line {
  name: string
  values: number[]
  /** The newest value, formatted for people. */
  latest: string
}

interface LineChartProps {
  title: string
  unit: string
  leastMaximum: number
  lines: readonly [Line] | readonly [Line, Line]
  testId: string
}

export function LineChart({ title, unit, leastMaximum, lines, testId }: LineChartProps) {
  const maximum = roundMaximum(
    lines.flatMap((line) => line.values),
    leastMaximum,
  )
  const summary = lines.map((line) => `${line.name} ${line.latest}`).join(', ')
  return (
    <figure data-testid={testId} className="panel flex flex-col gap-4">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <h2 className="panel-title">{title}</h2>
        <ul className="flex flex-wrap gap-x-5 text-sm">
          {lines.map((line, index) => (
            <li key={line.name} className="flex items-center gap-2">
              <span aria-hidden="true" className={`h-1 w-4 rounded ${dotColors[index] ?? ''}`} />
              <span className="muted">{line.name}</span>
              <span className="font-semibold tabular-nums">{line.latest}</span>
            </li>
          ))}
        </ul>
      </figcaption>
      <div className="grid grid-cols-[auto_1fr] gap-x-3 text-xs">
        <div
          aria-hidden="true"
          className="muted -my-2 flex flex-col justify-between text-right tabular-nums"
        >
          <span>
            {maximum} {unit}
          </span>
          <span>{maximum / 2}</span>
          <span>0</span>
        </div>
        <svg
          role="img"
          aria-label={`${title}, last ${historySeconds} seconds. Now: ${summary}`}
          viewBox={`0 0 ${size.width} ${size.height}`}
          preserveAspectRatio="none"
          className="h-40 w-full overflow-visible"
        >
          {[0, 0.5, 1].map((part) => (
            <line
              key={part}
              x2={size.width}
              y1={part * size.height}
              y2={part * size.height}
              className="stroke-base-content/15"
              vectorEffect="non-scaling-stroke"
            />
          ))}
          {lines.length === 1 && (
            <polygon
              points={areaPoints(lines[0].values, maximum, size)}
              className="fill-primary/10"
            />
          )}
          {lines.map((line, index) => (
            <polyline
              key={line.name}
              points={linePoints(line.values, maximum, size)}
              className={`fill-none stroke-2 ${lineColors[index] ?? ''}`}
              strokeLinejoin="round"
              strokeLinecap="round"
              vectorEffect="non-scaling-stroke"
            />
          ))}
        </svg>
        <div aria-hidden="true" className="muted col-start-2 mt-2 flex justify-between">
          <span>{historySeconds} s ago</span>
          <span>now</span>
        </div>
      </div>
    </figure>
  )
}
