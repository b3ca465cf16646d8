import { describe, expect, it, vi } from 'vitest'
import { openEcho } from './echo.server'

function ask(headers: Record<string, string>, upgrade = vi.fn(() => true)) {
  const request = new Request('https://example.org/api/echo', { headers })
  return { answer: openEcho(request, { upgrade }), request, upgrade }
}

describe('openEcho', () => {
  it('opens a WebSocket for a page of this site', () => {
    const { answer, request, upgrade } = ask({
      upgrade: 'WebSocket',
      origin: 'https://example.org',
    })
    expect(answer).toBeUndefined()
    expect(upgrade).toHaveBeenCalledWith(request)
  })

  it.each(['https://example.com', 'http://example.org', 'null', ''])('refuses “%s”', (origin) => {
    const { answer, upgrade } = ask({ upgrade: 'websocket', ...(origin !== '' && { origin }) })
    expect(answer?.status).toBe(403)
    expect(upgrade).not.toHaveBeenCalled()
  })

  it('tells who asks for a page what it speaks', () => {
    const { answer } = ask({})
    expect(answer?.status).toBe(426)
    expect(answer?.headers.get('upgrade')).toBe('websocket')
  })

  it('says so too when the handshake is broken, and where there is no WebSocket', () => {
    const headers = { upgrade: 'websocket', origin: 'https://example.org' }
    const { answer, request } = ask(
      headers,
      vi.fn(() => false),
    )
    expect(answer?.status).toBe(426)
    expect(openEcho(request, undefined)?.status).toBe(426)
  })
})
