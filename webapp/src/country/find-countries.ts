import { createServerFn } from '@tanstack/react-start'
import { countries } from './countries.server'
import { validateCountrySearch } from './country-search'
import { selectCountries } from './select-countries'

export const findCountries = createServerFn()
  .validator(validateCountrySearch)
  .handler(({ data }) => ({
    total: countries.length,
    found: selectCountries(countries, data),
  }))
