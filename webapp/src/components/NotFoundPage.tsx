import { Link } from '@tanstack/react-router'
import { PageTitle } from './PageTitle'

export function NotFoundPage() {
  return (
    <div data-testid="not-found">
      <PageTitle title="Page not found">
        <p>There is nothing at this address. It may have been mistyped, or the page has moved.</p>
      </PageTitle>
      <Link to="/" className="btn btn-primary">
        Go to the home page
      </Link>
    </div>
  )
}
