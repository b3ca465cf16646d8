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

/** The values in the URL, which has only those that differ from the defaults. */
export interface CountrySearch {
  q?: string
  region?: Region
  sort?: Sort
}

export const defaultSort = 'name'

const longestQuery = 60

/**
 * Keeps valid values and drops the others, so that any URL shows a table. A dropped value is undefined and not absent,
 * because the router would fill an absent one in from the URL.
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

/** A click on the column that is already sorted reverses the order. */
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
