const base = import.meta.env.BASE_URL.replace(/\/$/, '')

/** The address of something the router does not know as a page: a file or a server route. */
export function appPath(path: `/${string}`): string {
  return `${base}${path}`
}
