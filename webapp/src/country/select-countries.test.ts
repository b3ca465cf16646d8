import { describe, expect, it } from 'vitest'
import { countries } from './countries.server'
import { regions } from './country'
import type { CountrySearch } from './country-search'
import { selectCountries } from './select-countries'

function codes(search: CountrySearch) {
  return selectCountries(countries, search).map((country) => country.code)
}

describe('the countries', () => {
  it('are about 250, each with its own code', () => {
    expect(countries.length).toBeGreaterThan(240)
    expect(new Set(countries.map((country) => country.code)).size).toBe(countries.length)
  })

  it('fill every region', () => {
    expect(new Set(countries.map((country) => country.region))).toEqual(new Set(regions))
  })

  it('carry all that a row shows', () => {
    expect(countries.find((country) => country.code === 'CI')).toEqual({
      code: 'CI',
      flag: '🇨🇮',
      name: 'Ivory Coast',
      native: "Côte d'Ivoire",
      capital: 'Yamoussoukro',
      region: 'Africa',
      currencies: ['XOF'],
      languages: ['French'],
      callingCodes: ['+225'],
    })
  })
})

describe('selectCountries', () => {
  it('shows all, by name, when nothing is asked', () => {
    const all = codes({})
    expect(all).toHaveLength(countries.length)
    expect(all[0]).toBe('AF')
    expect(all.at(-1)).toBe('ZW')
  })

  it('finds without accents, case or the English name', () => {
    expect(codes({ q: 'COTE D' })).toEqual(['CI'])
    expect(codes({ q: 'österreich' })).toEqual(['AT'])
    expect(codes({ q: 'osterreich' })).toEqual(['AT'])
  })

  it('finds by capital, currency and calling code', () => {
    expect(codes({ q: 'reykjavik' })).toEqual(['IS'])
    expect(codes({ q: 'ISK' })).toEqual(['IS'])
    expect(codes({ q: '+354' })).toEqual(['IS'])
  })

  it('does not find across two fields', () => {
    expect(codes({ q: 'iceland ísland' })).toEqual([])
  })

  it('combines search and region', () => {
    expect(codes({ q: 'guinea', region: 'Oceania' })).toEqual(['PG'])
    expect(codes({ q: 'iceland', region: 'Asia' })).toEqual([])
  })

  it('sorts both ways and keeps empty cells last', () => {
    const up = selectCountries(countries, { sort: 'capital' })
    const down = selectCountries(countries, { sort: '-capital' })
    expect(up[0]?.capital).toBe('Abu Dhabi')
    expect(down[0]?.capital).toBe('Zagreb')
    expect(up.at(-1)?.capital).toBe('')
    expect(down.at(-1)?.capital).toBe('')
  })

  it('sorts calling codes as numbers', () => {
    const sorted = selectCountries(countries, { sort: 'callingCodes' })
    const numbers = sorted.map((country) => Number(country.callingCodes[0]))
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  })

  it('leaves the list it was given alone', () => {
    const before = countries.map((country) => country.code)
    codes({ sort: '-name' })
    expect(countries.map((country) => country.code)).toEqual(before)
  })
})
