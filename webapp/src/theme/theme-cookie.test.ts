import { describe, expect, it } from 'vitest'
import { themeCookie, themeFromCookies } from './theme-cookie'
import { themeChoices } from './themes'

describe('themeFromCookies', () => {
  it('finds the theme among other cookies', () => {
    expect(themeFromCookies('a=1; vts-theme=night; b=2')).toBe('night')
  })

  it('follows the system without a cookie', () => {
    expect(themeFromCookies('')).toBe('system')
    expect(themeFromCookies('theme=dark')).toBe('system')
  })

  it('does not let an unknown value into the page', () => {
    expect(themeFromCookies('vts-theme="><script>')).toBe('system')
    expect(themeFromCookies('vts-theme=')).toBe('system')
    expect(themeFromCookies('vts-theme')).toBe('system')
  })

  it('does not match a longer cookie name', () => {
    expect(themeFromCookies('not-vts-theme=dark')).toBe('system')
  })

  it.each(themeChoices)('reads back what themeCookie writes: %s', (choice) => {
    const [pair] = themeCookie(choice, '/').split(';')
    expect(themeFromCookies(pair ?? '')).toBe(choice)
  })
})

describe('themeCookie', () => {
  it('stays within the path of the app', () => {
    expect(themeCookie('dark', '/shop/')).toContain('; Path=/shop/;')
  })
})
