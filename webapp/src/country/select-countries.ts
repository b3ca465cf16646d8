import type { Country } from './country'
import { type ColumnKey, type CountrySearch, splitSort } from './country-search'

const collator = new Intl.Collator('en', { numeric: true })

export function selectCountries(
  countries: readonly Country[],
  { q = '', region, sort }: CountrySearch,
): Country[] {
  const wanted = fold(q)
  const { key, descending } = splitSort(sort)
  return countries
    .filter((country) => region === undefined || country.region === region)
    .filter((country) => searchedText(country).includes(wanted))
    .sort((a, b) => compare(cellText(a, key), cellText(b, key), descending))
}

/** Lower case, without accents: `Cote` finds `Côte`. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

function searchedText(country: Country): string {
  const { name, native, capital, code, currencies, languages, callingCodes } = country
  return fold(
    [name, native, capital, code, ...currencies, ...languages, ...callingCodes].join('\n'),
  )
}

function cellText(country: Country, key: ColumnKey): string {
  const cell = country[key]
  return typeof cell === 'string' ? cell : cell.join(', ')
}

/** Empty cells come last in both directions. */
function compare(a: string, b: string, descending: boolean): number {
  if (a === '' || b === '') return Number(a === '') - Number(b === '')
  return descending ? collator.compare(b, a) : collator.compare(a, b)
}
