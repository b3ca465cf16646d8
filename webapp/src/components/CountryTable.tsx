import type { Country } from '~/country/country'
import { type ColumnKey, columns, nextSort, type Sort, splitSort } from '~/country/country-search'

interface CountryTableProps {
  countries: Country[]
  sort: Sort | undefined
  onSort: (key: ColumnKey) => void
}

export function CountryTable({ countries, sort, onSort }: CountryTableProps) {
  return (
    <div
      role="region"
      aria-label="Countries"
      tabIndex={0}
      className="border-base-content/10 bg-base-100 rounded-box border max-lg:overflow-x-auto"
    >
      <table data-testid="country-table" className="table max-lg:min-w-5xl [&_td]:py-2 [&_th]:py-2">
        <thead>
          <tr>
            {columns.map(({ key, title }) => (
              <SortHeader key={key} column={key} title={title} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {countries.map((country) => (
            <CountryRow key={country.code} country={country} />
          ))}
        </tbody>
      </table>
      {countries.length === 0 && (
        <p className="muted px-4 py-10 text-center">No country matches. Try fewer letters.</p>
      )}
    </div>
  )
}

interface SortHeaderProps {
  column: ColumnKey
  title: string
  sort: Sort | undefined
  onSort: (key: ColumnKey) => void
}

function SortHeader({ column, title, sort, onSort }: SortHeaderProps) {
  const { key, descending } = splitSort(sort)
  const order = key !== column ? undefined : descending ? 'descending' : 'ascending'
  return (
    <th
      scope="col"
      aria-sort={order}
      className="text-base-content bg-base-100 first:rounded-tl-box last:rounded-tr-box px-2 max-lg:first:sticky max-lg:first:left-0 lg:sticky lg:top-0"
    >
      <button
        type="submit"
        form="country-filter"
        name="sort"
        value={nextSort(sort, column)}
        className="hover:bg-base-200 flex cursor-pointer items-center gap-1 rounded px-2 py-1 font-semibold whitespace-nowrap"
        onClick={(event) => {
          event.preventDefault()
          onSort(column)
        }}
      >
        {title}
        <span aria-hidden="true" className={order === undefined ? 'opacity-0' : ''}>
          {descending ? '↓' : '↑'}
        </span>
      </button>
    </th>
  )
}

function CountryRow({ country }: { country: Country }) {
  return (
    <tr>
      <th
        scope="row"
        className="bg-base-100 max-w-44 font-medium max-lg:sticky max-lg:left-0 lg:max-w-none"
      >
        <div className="flex items-center gap-3">
          <span aria-hidden="true" className="text-lg leading-none">
            {country.flag}
          </span>
          {country.name}
        </div>
      </th>
      <td>{country.native}</td>
      <td>{country.capital}</td>
      <td className="whitespace-nowrap">{country.region}</td>
      <td>{country.currencies.join(', ')}</td>
      <td>{country.languages.join(', ')}</td>
      <td className="tabular-nums">{country.callingCodes.join(', ')}</td>
    </tr>
  )
}
