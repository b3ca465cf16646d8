import { Link, useRouter } from '@tanstack/react-router'
import { PageTitle } from './PageTitle'

export function ErrorPage() {
  const router = useRouter()
  return (
    <div data-testid="error-page">
      <PageTitle title="Something went wrong">
        <p>The server could not build this page. Trying again may help.</p>
      </PageTitle>
      <div className="flex flex-wrap gap-3">
        <button
          type="button"
          className="btn btn-primary"
          onClick={() => {
            void router.invalidate()
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
