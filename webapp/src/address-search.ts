type Search = Record<string, string | string[] | undefined>

/** All values are plain text: `?q=1` is the text 1. Only a name that occurs more than once has a list. */
export function parseSearch(address: string): Search {
  const query = new URLSearchParams(address)
  const names = [...new Set(query.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const [first, ...others] = query.getAll(name)
      return [name, others.length === 0 ? first : [first ?? '', ...others]]
    }),
  )
}

export function stringifySearch(search: Search): string {
  const query = new URLSearchParams()
  for (const [name, value = []] of Object.entries(search)) {
    for (const text of [value].flat()) query.append(name, text)
  }
  return query.size === 0 ? '' : `?${query}`
}
