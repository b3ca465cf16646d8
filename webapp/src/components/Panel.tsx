import { type ReactNode, useId } from 'react'

export function Panel({ title, children }: { title: string; children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="panel flex flex-col gap-3">
      <h2 id={id} className="panel-title">
        {title}
      </h2>
      {children}
    </section>
  )
}
