import { appPath } from '~/app-path'

export function Footer() {
  return (
    <footer className="border-base-content/10 border-t">
      <div className="muted mx-auto flex w-full max-w-6xl flex-wrap justify-between gap-x-8 gap-y-2 px-4 py-6 text-sm sm:px-6">
        <p>Rendered by Bun, served by a servlet container.</p>
        <ul aria-label="Data" className="flex gap-5">
          <li>
            <a className="text-link" href={appPath('/api/country')}>
              Countries as JSON
            </a>
          </li>
          <li>
            <a className="text-link" href={appPath('/api/themes')}>
              Themes as JSON
            </a>
          </li>
        </ul>
      </div>
    </footer>
  )
}
