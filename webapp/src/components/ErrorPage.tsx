import { Link, useRouter } from '@tanstack/react-router'
import { use } from 'react'
import { buildState } from '~/new-build'
import { PageTitle } from './PageTitle'

const endOfPage = new Promise<never>(() => undefined)

export function ErrorPage() {
  const router = useRouter()
  // Keeps the old page until the new one arrives.
  if (buildState() === 'reloading') use(endOfPage)
  const missing = buildState() === 'missing'
  return (
    <div data-testid="error-page">
      <PageTitle title="Something went wrong">
        <p>
          {missing
            ? 'A part of this page could not be loaded. The site may have changed since you opened it.'
            : 'The server could not build this page. Trying again may help.'}
        </p>
      </PageTitle>
      <div className="flex flex-wrap gap-3">
        <button
          type="button"
          className="btn btn-primary"
          onClick={() => {
            if (missing) location.reload()
            else void router.invalidate()
          }}
        >
          Try again
        </button>
        <Link to="/" className="btn btn-outline">
          Go to the home page
        </Link>
      </div>
    </div>
  )
}
