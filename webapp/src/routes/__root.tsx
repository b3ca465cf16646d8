import { createRootRoute, HeadContent, Scripts } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { appPath } from '~/app-path'
import { Footer } from '~/components/Footer'
import { Header } from '~/components/Header'
import styles from '~/styles.css?url'
import { readTheme } from '~/theme/read-theme'

export const Route = createRootRoute({
  beforeLoad: () => ({ theme: readTheme() }),
  // A page depends on the theme cookie, so no shared cache may store it.
  headers: () => ({ 'cache-control': 'private, no-cache' }),
  head: () => ({
    meta: [
      { charSet: 'utf-8' },
      { name: 'viewport', content: 'width=device-width, initial-scale=1' },
      { title: 'VTS Basic' },
      {
        name: 'description',
        content:
          'A server-rendered TanStack Start app, run by Bun inside a Java servlet container.',
      },
    ],
    links: [
      { rel: 'stylesheet', href: styles },
      { rel: 'icon', href: appPath('/favicon.ico'), sizes: '32x32' },
      { rel: 'icon', href: appPath('/favicon.svg'), type: 'image/svg+xml' },
      { rel: 'manifest', href: appPath('/site.webmanifest') },
    ],
  }),
  shellComponent: Shell,
})

function Shell({ children }: { children: ReactNode }) {
  const [theme, setTheme] = useState(Route.useRouteContext().theme)

  // Shows when the page reacts to clicks; browser tests wait for it.
  useEffect(() => {
    document.documentElement.dataset.hydrated = 'true'
  }, [])

  return (
    <html lang="en" data-theme={theme === 'system' ? undefined : theme}>
      <head>
        <HeadContent />
      </head>
      <body className="flex min-h-dvh flex-col antialiased">
        <a
          href="#main"
          className="btn btn-primary sr-only focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50"
        >
          Skip to content
        </a>
        <Header theme={theme} onThemeChange={setTheme} />
        <main
          id="main"
          tabIndex={-1}
          className="mx-auto w-full max-w-6xl grow px-4 py-8 sm:px-6 sm:py-12"
        >
          {children}
        </main>
        <Footer />
        <Scripts />
      </body>
    </html>
  )
}
