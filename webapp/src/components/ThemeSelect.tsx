import { appPath } from '~/app-path'
import { themeCookie } from '~/theme/theme-cookie'
import { isThemeChoice, type ThemeChoice, themeChoices } from '~/theme/themes'

interface ThemeSelectProps {
  theme: ThemeChoice
  onChange: (theme: ThemeChoice) => void
}

export function ThemeSelect({ theme, onChange }: ThemeSelectProps) {
  return (
    <label className="flex items-center gap-2">
      <span className="muted text-sm max-sm:sr-only">Theme</span>
      <select
        aria-label="Theme"
        data-testid="theme-select"
        autoComplete="off"
        className="select select-sm w-28 text-sm"
        value={theme}
        onChange={({ target: { value } }) => {
          if (isThemeChoice(value)) {
            document.cookie = themeCookie(value, appPath('/'))
            onChange(value)
          }
        }}
      >
        {themeChoices.map((choice) => (
          <option key={choice} value={choice}>
            {choice.charAt(0).toUpperCase() + choice.slice(1)}
          </option>
        ))}
      </select>
    </label>
  )
}
