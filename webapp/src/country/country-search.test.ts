import { describe, expect, it } from 'vitest'
import { nextSort, splitSort, validateCountrySearch } from './country-search'

describe('validateCountrySearch', () => {
  it('keeps a full, valid search', () => {
    const search = { q: 'land', region: 'Europe', sort: '-capital' }
    expect(validateCountrySearch(search)).toEqual(search)
  })

  it('drops what is empty, default, unknown or not text', () => {
    const nothing = { q: undefined, region: undefined, sort: undefined }
    expect(validateCountrySearch({ q: '  ', region: '', sort: 'name', page: '2' })).toStrictEqual(
      nothing,
    )
    expect(
      validateCountrySearch({ q: ['a'], region: 'Atlantis', sort: ['name', '-name'] }),
    ).toStrictEqual(nothing)
    expect(validateCountrySearch({ sort: '--name' })).toStrictEqual(nothing)
  })

  it('takes a region in any case and writes it the usual way', () => {
    expect(validateCountrySearch({ region: 'north america' })).toEqual({ region: 'North America' })
  })

  it('is stable: its own result stays as it is', () => {
    const once = validateCountrySearch({ q: ` ${'x'.repeat(80)}`, sort: '-name' })
    expect(validateCountrySearch({ ...once })).toEqual(once)
    expect(once.q).toHaveLength(59)
  })
})

describe('nextSort', () => {
  it('sorts by a new column upwards', () => {
    expect(nextSort('-name', 'capital')).toBe('capital')
  })

  it('turns the order round on the second click and back on the third', () => {
    expect(nextSort(undefined, 'name')).toBe('-name')
    expect(nextSort('-name', 'name')).toBe('name')
  })
})

describe('splitSort', () => {
  it('reads key and direction', () => {
    expect(splitSort(undefined)).toEqual({ key: 'name', descending: false })
    expect(splitSort('-region')).toEqual({ key: 'region', descending: true })
  })
})
