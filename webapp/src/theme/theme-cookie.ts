import { isThemeChoice, type ThemeChoice } from './themes'

const cookieName = 'vts-theme'
const oneYearInSeconds = 31_536_000

export function themeFromCookies(cookies: string): ThemeChoice {
  for (const pair of cookies.split(';')) {
    const [name, value] = pair.split('=').map((part) => part.trim())
    if (name === cookieName && value !== undefined && isThemeChoice(value)) {
      return value
    }
  }
  return 'system'
}

export function themeCookie(choice: ThemeChoice, path: string): string {
  return `${cookieName}=${choice}; Path=${path}; Max-Age=${oneYearInSeconds}; SameSite=Lax`
}
