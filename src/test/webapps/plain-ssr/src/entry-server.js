import { readFileSync } from 'node:fs'
import photo from './photo.svg'

// The page is a file of the client build, as in many servers.
const page = readFileSync(new URL('../client/index.html', import.meta.url), 'utf8')
const base = import.meta.env.BASE_URL

const body = `<h1>Plain</h1>
    <a href="${base}away">Away</a> <img src="${photo}" alt="" /> <button>Ask</button> <output></output>`

export default {
  fetch(request) {
    const { origin, pathname } = new URL(request.url)
    switch (pathname) {
      case base:
        return new Response(page.replace('<!--page-->', body), {
          headers: { 'content-type': 'text/html', 'set-cookie': `seen=yes; Path=${base}` },
        })
      case `${base}away`:
        return Response.redirect(`${origin}${base}`, 303)
      case `${base}api/whoami`:
        return Response.json({
          base,
          environment: process.env.VTS_BASE_PATH,
          prefix: request.headers.get('x-forwarded-prefix'),
          cookie: request.headers.get('cookie'),
        })
      default:
        return new Response('Not here\n', { status: 404 })
    }
  },
}
