import type { ReactNode } from 'react'

interface Fact {
  name: string
  value: ReactNode
  testId?: string
}

export function FactList({ facts }: { facts: Fact[] }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
      {facts.map(({ name, value, testId }) => (
        <div key={name} className="contents">
          <dt className="muted">{name}</dt>
          <dd data-testid={testId} className="wrap-anywhere">
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
