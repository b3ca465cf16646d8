import type { ReactNode } from 'react'

export function RequestDiagram() {
  return (
    <figure className="panel">
      <figcaption className="mb-5">
        <h2 className="panel-title">The way a request takes</h2>
      </figcaption>
      <div className="grid items-center gap-3 md:grid-cols-[10rem_auto_1fr] md:gap-4">
        <Station name="Browser">asks for an address</Station>
        <Arrow className="mx-auto rotate-90 md:rotate-0" />
        <div className="grid grid-cols-[1fr_auto_1fr] items-center gap-x-2 sm:gap-x-4">
          <div className="border-base-content/40 rounded-box col-start-1 row-span-3 row-start-1 h-full border border-dashed" />
          <p className="muted col-start-1 row-start-1 px-2 pt-3 text-sm sm:px-4">
            Servlet container
          </p>
          <Lane
            row="row-start-2"
            from={<Station name="AssetFilter">knows every built file</Station>}
          >
            <Station name="dist/client">scripts, styles, icons</Station>
          </Lane>
          <Lane row="row-start-3" from={<Station name="ProxyServlet">forwards the rest</Station>}>
            <Station name="Bun" strong>
              pages, data, streams
            </Station>
          </Lane>
        </div>
      </div>
    </figure>
  )
}

function Lane({ row, from, children }: { row: string; from: ReactNode; children: ReactNode }) {
  return (
    <>
      <div className={`${row} col-start-1 p-2 sm:p-4`}>{from}</div>
      <Arrow className={`${row} col-start-2`} />
      <div className={`${row} col-start-3`}>{children}</div>
    </>
  )
}

interface StationProps {
  name: string
  strong?: boolean
  children: ReactNode
}

function Station({ name, strong = false, children }: StationProps) {
  const colors = strong ? 'border-primary bg-primary/10' : 'border-base-content/20 bg-base-200'
  return (
    <div className={`rounded-field border px-2 py-2.5 sm:px-3 ${colors}`}>
      <p className="text-sm font-semibold sm:text-base">{name}</p>
      <p className="muted text-xs sm:text-sm">{children}</p>
    </div>
  )
}

function Arrow({ className }: { className: string }) {
  return (
    <svg viewBox="0 0 24 12" className={`text-primary w-5 sm:w-7 ${className}`} aria-hidden="true">
      <path
        d="M1 6h20M16.5 1.5 21.5 6l-5 4.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
      />
    </svg>
  )
}
