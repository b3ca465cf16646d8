import { describe, expect, it } from 'vitest'
import { parseSearch, stringifySearch } from './address-search'

describe('parseSearch', () => {
  it('takes everything for text', () => {
    const search = { q: '44', on: 'true', list: '["a"]', empty: '' }
    expect(parseSearch('?q=44&on=true&list=["a"]&empty')).toEqual(search)
  })

  it('makes a list of what occurs more than once', () => {
    expect(parseSearch('?q=a&sort=name&q=2')).toEqual({ q: ['a', '2'], sort: 'name' })
  })

  it('is empty without a query', () => {
    expect(parseSearch('')).toEqual({})
  })
})

describe('stringifySearch', () => {
  it('leaves out what is not there', () => {
    expect(stringifySearch({ q: undefined })).toBe('')
    expect(stringifySearch({ q: undefined, sort: '-name' })).toBe('?sort=-name')
  })

  it.each(['', '?q=%2B44', '?q=44', '?q=a&q=b&sort=name', '?q=a+%26+b'])(
    'writes %s as it was read',
    (address) => {
      expect(stringifySearch(parseSearch(address))).toBe(address)
    },
  )
})
