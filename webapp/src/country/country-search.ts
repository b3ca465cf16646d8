import { findRegion, type Region } from './country'

export const columns = [
  { key: 'name', title: 'Country' },
  { key: 'native', title: 'Native name' },
  { key: 'capital', title: 'Capital' },
  { key: 'region', title: 'Region' },
  { key: 'currencies', title: 'Currency' },
  { key: 'languages', title: 'Languages' },
  { key: 'callingCodes', title: 'Calling code' },
] as const

export type ColumnKey = (typeof columns)[number]['key']

/** A column's key; a minus before it means descending. */
export type Sort = ColumnKey | `-${ColumnKey}`

/** What the address says: only what differs from the default is there. */
export interface CountrySearch {
  q?: string
  region?: Region
  sort?: Sort
}

export const defaultSort = 'name'

const longestQuery = 60

/**
 * Keeps what makes sense and drops the rest, so that any address shows a table. What is dropped is undefined and not
 * left out: the router would put in what stood in the address.
 */
export function validateCountrySearch(raw: Record<string, unknown>): CountrySearch {
  const q = normalizeQuery(text(raw.q))
  const region = findRegion(text(raw.region))
  const sort = text(raw.sort)
  return {
    q: q === '' ? undefined : q,
    region,
    sort: isSort(sort) && sort !== defaultSort ? sort : undefined,
  }
}

export function normalizeQuery(query: string): string {
  return query.slice(0, longestQuery).trim()
}

export function splitSort(sort: Sort = defaultSort): { key: ColumnKey; descending: boolean } {
  const descending = sort.startsWith('-')
  return { key: (descending ? sort.slice(1) : sort) as ColumnKey, descending }
}

/** A click on the column that is sorted already turns the order round. */
export function nextSort(current: Sort | undefined, clicked: ColumnKey): Sort {
  const { key, descending } = splitSort(current)
  return key === clicked && !descending ? `-${clicked}` : clicked
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isSort(value: string): value is Sort {
  const key = value.startsWith('-') ? value.slice(1) : value
  return columns.some((column) => column.key === key)
}
