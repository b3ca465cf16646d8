import { createFileRoute } from '@tanstack/react-router'
import { useState } from 'react'
import { ConnectionState } from '~/components/ConnectionState'
import { FigureTiles } from '~/components/FigureTiles'
import { LineChart } from '~/components/LineChart'
import { PageTitle } from '~/components/PageTitle'
import { formatMegabytes, formatMilliseconds, inMegabytes } from '~/metrics/format'
import { getFigures } from '~/metrics/get-figures'
import { requestRates } from '~/metrics/history'
import { useFigures } from '~/metrics/use-figures'
import { pageHead } from '~/page-head'

export const Route = createFileRoute('/metrics')({
  loader: () => getFigures(),
  head: () => pageHead('Metrics', 'Live figures of the Bun process that runs this site.'),
  component: Metrics,
})

function Metrics() {
  const first = Route.useLoaderData()
  const [on, setOn] = useState(true)
  const { history, connection } = useFigures(first, on)
  const latest = history.at(-1) ?? first
  const rates = requestRates(history)

  return (
    <>
      <PageTitle title="Metrics">
        <p>
          What the Bun process that answers you says of itself. The first figures came with the
          page; new ones are pushed each second.
        </p>
      </PageTitle>
      <ConnectionState connection={connection} on={on} onToggle={setOn} />
      <div className="grid gap-3 sm:gap-5">
        <FigureTiles figures={latest} />
        <div className="grid gap-3 sm:gap-5 lg:grid-cols-2">
          <LineChart
            title="Requests per second"
            unit="/s"
            leastMaximum={5}
            lines={[{ name: 'Now', values: rates, latest: (rates.at(-1) ?? 0).toFixed(1) }]}
            testId="chart-requests"
          />
          <LineChart
            title="Event-loop delay"
            unit="ms"
            leastMaximum={2}
            lines={[
              {
                name: 'Mean',
                values: history.map(({ loopDelay }) => loopDelay.mean),
                latest: formatMilliseconds(latest.loopDelay.mean),
              },
              {
                name: 'Longest',
                values: history.map(({ loopDelay }) => loopDelay.max),
                latest: formatMilliseconds(latest.loopDelay.max),
              },
            ]}
            testId="chart-loop-delay"
          />
          <LineChart
            title="Memory of the process"
            unit="MB"
            leastMaximum={50}
            lines={[
              {
                name: 'RSS',
                values: history.map(({ rssBytes }) => inMegabytes(rssBytes)),
                latest: formatMegabytes(latest.rssBytes),
              },
            ]}
            testId="chart-rss"
          />
          <LineChart
            title="JavaScript heap"
            unit="MB"
            leastMaximum={10}
            lines={[
              {
                name: 'In use',
                values: history.map(({ heapBytes }) => inMegabytes(heapBytes)),
                latest: formatMegabytes(latest.heapBytes),
              },
            ]}
            testId="chart-heap"
          />
        </div>
      </div>
    </>
  )
}
