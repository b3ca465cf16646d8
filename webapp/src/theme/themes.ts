export const themes = ['light', 'dark', 'nord', 'autumn', 'dim', 'night'] as const

export type Theme = (typeof themes)[number]

/** `system` follows the browser's own preference: no theme is written into the page. */
export type ThemeChoice = Theme | 'system'

export const themeChoices: readonly ThemeChoice[] = ['system', ...themes]

export function isThemeChoice(value: string): value is ThemeChoice {
  return (themeChoices as readonly string[]).includes(value)
}
