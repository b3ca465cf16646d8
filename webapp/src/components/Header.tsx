import { Link, linkOptions } from '@tanstack/react-router'
import type { ThemeChoice } from '~/theme/themes'
import { Logo } from './Logo'
import { ThemeSelect } from './ThemeSelect'

const pages = linkOptions([
  { to: '/country', label: 'Countries' },
  { to: '/metrics', label: 'Metrics' },
  { to: '/about', label: 'About' },
])

interface HeaderProps {
  theme: ThemeChoice
  onThemeChange: (theme: ThemeChoice) => void
}

export function Header({ theme, onThemeChange }: HeaderProps) {
  return (
    <header className="border-base-content/10 bg-base-100 border-b">
      <div className="mx-auto flex w-full max-w-6xl flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3 sm:px-6">
        <Link to="/" className="flex items-center gap-3 text-lg font-semibold">
          <Logo />
          VTS Basic
        </Link>
        <nav
          aria-label="Main"
          className="order-last -mx-2 w-full sm:order-none sm:mr-auto sm:w-auto"
        >
          <ul className="flex gap-1">
            {pages.map(({ label, ...page }) => (
              <li key={page.to}>
                <Link
                  {...page}
                  activeOptions={{ includeSearch: false }}
                  className="hover:bg-base-200 aria-[current=page]:decoration-primary block rounded px-2 py-1.5 aria-[current=page]:font-semibold aria-[current=page]:underline aria-[current=page]:decoration-2 aria-[current=page]:underline-offset-8"
                >
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <ThemeSelect theme={theme} onChange={onThemeChange} />
      </div>
    </header>
  )
}
