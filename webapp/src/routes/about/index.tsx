import { createFileRoute, Link } from '@tanstack/react-router'
import { appPath } from '~/app-path'
import { FactList } from '~/components/FactList'
import { PageTitle } from '~/components/PageTitle'
import { Panel } from '~/components/Panel'
import { RoundTripPanel } from '~/components/RoundTripPanel'
import { pageHead } from '~/page-head'
import { describeServer } from '~/server/describe-server'

export const Route = createFileRoute('/about/')({
  loader: () => describeServer(),
  head: () => pageHead('About', 'How VTS Basic is put together, and what is running now.'),
  component: About,
})

const parts = [
  ['AssetFilter', 'answers for every built file, from an index made at the start'],
  ['ProxyServlet', 'forwards all other requests to Bun and streams the answers back'],
  ['BunSupervisor', 'starts the Bun workers, watches them, replaces and stops them'],
  ['BuildValidator', 'checks that each file the server build names is in the client build'],
  ['ManagementServlet', 'tells whether the app lives and is ready, and its figures'],
  ['EmbeddedServer', 'runs the whole as one program, where there is no container yet'],
] as const

function About() {
  const server = Route.useLoaderData()
  return (
    <>
      <PageTitle title="How it is put together">
        <p>
          One WAR file holds this site and the Java that runs it. It is dropped into a servlet
          container, or started by itself.
        </p>
      </PageTitle>
      <div className="grid gap-5 lg:grid-cols-2">
        <div className="grid content-start gap-5">
          <Panel title="Running now">
            <FactList
              facts={[
                { name: 'Runtime', value: server.runtime, testId: 'version-runtime' },
                { name: 'React', value: server.react, testId: 'version-react' },
                { name: 'TanStack Start', value: server.start, testId: 'version-start' },
                { name: 'TanStack Router', value: server.router, testId: 'version-router' },
                { name: 'Platform', value: server.platform },
                { name: 'Process', value: server.pid, testId: 'process-id' },
              ]}
            />
          </Panel>
          <RoundTripPanel />
          <Panel title="Look closer">
            <ul className="grid gap-3">
              <li>
                <a className="text-link" href={appPath('/api/stream?chunks=20&interval=500')}>
                  See streaming
                </a>
                <p className="muted">Twenty lines of text, one each half second.</p>
              </li>
              <li>
                <Link className="text-link" to="/about/failure" preload={false}>
                  See the error page
                </Link>
                <p className="muted">
                  A page that fails on purpose. Its reason stays on the server.
                </p>
              </li>
              <li>
                <Link className="text-link" to="/metrics">
                  See the figures
                </Link>
                <p className="muted">Pushed each second by Server-Sent Events.</p>
              </li>
            </ul>
          </Panel>
        </div>
        <div className="grid content-start gap-5">
          <Panel title="This request, as the app saw it">
            <FactList
              facts={[
                { name: 'Origin', value: server.origin, testId: 'request-origin' },
                {
                  name: 'Forwarded scheme',
                  value: server.forwardedProto ?? 'none: no front was in between',
                  testId: 'request-forwarded-proto',
                },
              ]}
            />
            <p className="muted">
              The origin must be the one in your address bar. Server functions refuse calls from any
              other.
            </p>
          </Panel>
          <Panel title="The parts on the Java side">
            <dl className="grid gap-3">
              {parts.map(([name, task]) => (
                <div key={name}>
                  <dt className="font-medium">{name}</dt>
                  <dd className="muted">{task}</dd>
                </div>
              ))}
            </dl>
          </Panel>
        </div>
      </div>
    </>
  )
}
