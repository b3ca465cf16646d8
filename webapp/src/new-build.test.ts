import { describe, expect, it } from 'vitest'
import { leaveBuild } from './new-build'

function memory() {
  const values = new Map<string, string>()
  return {
    getItem: (name: string) => values.get(name) ?? null,
    setItem: (name: string, value: string) => void values.set(name, value),
  }
}

describe('leaveBuild', () => {
  it('lets a tab leave each build', () => {
    const tab = memory()
    expect(leaveBuild(tab, '/assets/index-1.js')).toBe(true)
    expect(leaveBuild(tab, '/assets/index-2.js')).toBe(true)
    expect(leaveBuild(tab, '/assets/index-22.js')).toBe(true)
  })

  it('lets no tab leave a build twice, whatever came between', () => {
    const tab = memory()
    leaveBuild(tab, '/assets/index-1.js')
    expect(leaveBuild(tab, '/assets/index-1.js')).toBe(false)
    leaveBuild(tab, '/assets/index-2.js')
    expect(leaveBuild(tab, '/assets/index-1.js')).toBe(false)
    expect(leaveBuild(tab, '/assets/index-2.js')).toBe(false)
  })

  it('knows nothing of other tabs', () => {
    leaveBuild(memory(), '/assets/index-1.js')
    expect(leaveBuild(memory(), '/assets/index-1.js')).toBe(true)
  })

  it('does not let a tab leave that cannot remember it', () => {
    const full = {
      ...memory(),
      setItem: () => {
        throw new Error('QuotaExceededError')
      },
    }
    expect(() => leaveBuild(full, '/assets/index-1.js')).toThrow()
  })
})
