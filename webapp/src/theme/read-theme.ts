import { createIsomorphicFn } from '@tanstack/react-start'
import { getRequestHeader } from '@tanstack/react-start/server'
import { themeFromCookies } from './theme-cookie'

export const readTheme = createIsomorphicFn()
  .server(() => themeFromCookies(getRequestHeader('cookie') ?? ''))
  .client(() => themeFromCookies(document.cookie))
