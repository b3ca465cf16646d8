import { createFileRoute } from '@tanstack/react-router'
import { CountryFilter } from '~/components/CountryFilter'
import { CountryTable } from '~/components/CountryTable'
import { PageTitle } from '~/components/PageTitle'
import { nextSort, validateCountrySearch } from '~/country/country-search'
import { findCountries } from '~/country/find-countries'
import { pageHead } from '~/page-head'

export const Route = createFileRoute('/country')({
  validateSearch: validateCountrySearch,
  loaderDeps: ({ search }) => search,
  loader: ({ deps }) => findCountries({ data: deps }),
  head: () => pageHead('Countries', 'The countries of the world: search, filter and sort.'),
  component: Countries,
})

function Countries() {
  const { found, total } = Route.useLoaderData()
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <>
      <PageTitle title="Countries">
        <p>
          The address holds the search, the region and the order. The server renders the table for
          it, so a link shows others what you see.
        </p>
      </PageTitle>
      <CountryFilter
        search={search}
        onChange={(next, replace) => {
          void navigate({ search: next, replace, resetScroll: false })
        }}
      />
      <p role="status" data-testid="country-count" className="muted my-4 text-sm">
        {found.length} of {total} countries
      </p>
      <CountryTable
        countries={found}
        sort={search.sort}
        onSort={(key) => {
          void navigate({
            search: { ...search, sort: nextSort(search.sort, key) },
            resetScroll: false,
          })
        }}
      />
    </>
  )
}
