/** Answers the other methods of a read-only server route; without it they would get a page. */
export function methodNotAllowed(): Response {
  return new Response('Only GET is allowed here\n', {
    status: 405,
    headers: { 'content-type': 'text/plain; charset=utf-8', allow: 'GET, HEAD' },
  })
}
