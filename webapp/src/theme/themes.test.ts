import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { themes } from './themes'

const styles = readFileSync(new URL('../styles.css', import.meta.url), 'utf8')

it('offers exactly the themes that the style sheet holds', () => {
  const named = /@plugin 'daisyui' \{\s*themes:([^;]*);/.exec(styles)?.[1] ?? ''
  const inStyleSheet = named.split(',').map((entry) => entry.trim().split(/\s+/)[0])
  expect(inStyleSheet).toEqual([...themes])
})
