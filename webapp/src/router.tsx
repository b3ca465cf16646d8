import { createRouter } from '@tanstack/react-router'
import { parseSearch, stringifySearch } from './address-search'
import { ErrorPage } from './components/ErrorPage'
import { NotFoundPage } from './components/NotFoundPage'
import { reloadWhenBuildIsGone } from './new-build'
import { routeTree } from './routeTree.gen'

export function getRouter() {
  const router = createRouter({
    routeTree,
    scrollRestoration: true,
    defaultPreload: 'intent',
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    parseSearch,
    stringifySearch,
  })
  if (!import.meta.env.SSR) reloadWhenBuildIsGone(router)
  return router
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof getRouter>
  }
}
