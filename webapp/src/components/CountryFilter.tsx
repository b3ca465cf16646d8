import { useEffect, useState } from 'react'
import { appPath } from '~/app-path'
import { findRegion, regions } from '~/country/country'
import { type CountrySearch, normalizeQuery } from '~/country/country-search'

interface CountryFilterProps {
  search: CountrySearch
  onChange: (search: CountrySearch, replace: boolean) => void
}

/** A plain form, so that it also works before, or without, JavaScript. */
export function CountryFilter({ search, onChange }: CountryFilterProps) {
  const { region = '', sort } = search
  const [draft, setDraft] = useDraft(search, onChange)

  return (
    <form
      id="country-filter"
      role="search"
      action={appPath('/country')}
      className="flex flex-col gap-3 sm:flex-row sm:items-end"
      onSubmit={(event) => {
        event.preventDefault()
      }}
    >
      <label className="flex flex-col gap-1 sm:w-80">
        <span className="text-sm font-medium">Search</span>
        <input
          type="search"
          name="q"
          data-testid="country-search"
          className="input w-full"
          placeholder="Name, capital, language, +44…"
          maxLength={60}
          autoComplete="off"
          value={draft}
          onChange={({ target }) => {
            setDraft(target.value)
          }}
        />
      </label>
      <label className="flex flex-col gap-1 sm:w-56">
        <span className="text-sm font-medium">Region</span>
        <select
          name="region"
          data-testid="country-region"
          className="select w-full"
          autoComplete="off"
          value={region}
          onChange={({ target }) => {
            onChange({ ...search, region: findRegion(target.value) }, false)
          }}
        >
          <option value="">All regions</option>
          {regions.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {sort !== undefined && <input type="hidden" name="sort" value={sort} />}
      {/* Enter presses the form's first button: without this one, a header that sorts the table. */}
      <button type="submit" className="btn btn-primary not-noscript:not-focus:sr-only">
        Apply
      </button>
    </form>
  )
}

const typingPause = 200

/** The text in the field; it is put into the URL after a short pause. */
function useDraft(search: CountrySearch, onChange: CountryFilterProps['onChange']) {
  const { q = '' } = search
  const [draft, setDraft] = useState(q)
  const [seen, setSeen] = useState(q)
  const [sent, setSent] = useState(q)

  // The URL changed without typing (back button, a link): show its text.
  if (q !== seen) {
    setSeen(q)
    if (q !== sent) {
      setSent(q)
      setDraft(q)
    }
  }

  useEffect(() => {
    const wanted = normalizeQuery(draft)
    if (wanted === sent) return
    const timer = setTimeout(() => {
      setSent(wanted)
      // One history entry for each search, not for each letter.
      const replace = wanted !== '' && sent !== ''
      onChange({ ...search, q: wanted }, replace)
    }, typingPause)
    return () => {
      clearTimeout(timer)
    }
  }, [draft, sent, search, onChange])

  return [draft, setDraft] as const
}
