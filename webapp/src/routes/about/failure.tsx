import { createFileRoute } from '@tanstack/react-router'
import { pageHead } from '~/page-head'
import { fail } from '~/server/fail'

export const Route = createFileRoute('/about/failure')({
  loader: () => fail(),
  head: () => pageHead('Failure', 'A page that fails on purpose, to show the error page.'),
})
