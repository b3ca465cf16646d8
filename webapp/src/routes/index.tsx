import { createFileRoute } from '@tanstack/react-router'
import { AskServerPanel } from '~/components/AskServerPanel'
import { CounterPanel } from '~/components/CounterPanel'
import { LoopDelayPanel } from '~/components/LoopDelayPanel'
import { PageTitle } from '~/components/PageTitle'
import { RequestDiagram } from '~/components/RequestDiagram'
import { measureOneSecond } from '~/metrics/get-figures'

export const Route = createFileRoute('/')({
  // Not awaited, so that the page is sent before the measurement is complete.
  loader: () => ({ delay: measureOneSecond() }),
  component: Home,
})

function Home() {
  const { delay } = Route.useLoaderData()
  return (
    <>
      <PageTitle title="A Bun web app inside a Java servlet container">
        <p>
          This site is a TanStack Start app. Bun renders its pages on the server. A servlet
          container stands in front: it starts Bun, serves the built files itself and passes
          everything else on.
        </p>
      </PageTitle>
      <div className="grid gap-5">
        <RequestDiagram />
        <div className="grid gap-5 md:grid-cols-2 lg:grid-cols-3">
          <LoopDelayPanel delay={delay} />
          <CounterPanel />
          <AskServerPanel />
        </div>
      </div>
    </>
  )
}
