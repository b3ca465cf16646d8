const base = import.meta.env.BASE_URL.replace(/\/$/, '')

/** The URL of a file or a server route, which the router does not know as a page. */
export function appPath(path: `/${string}`): string {
  return `${base}${path}`
}
