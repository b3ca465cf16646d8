/** A page's title and description for a route's `head`. */
export function pageHead(title: string, description: string) {
  return {
    meta: [{ title: `${title} · VTS Basic` }, { name: 'description', content: description }],
  }
}
