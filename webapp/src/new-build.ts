import type { AnyRouter } from '@tanstack/react-router'

type Memory = Pick<Storage, 'getItem' | 'setItem'>

const memoryName = 'builds-left'

/**
 * Notes in the tab's memory that a build is left by a reload.
 *
 * @returns false when the tab has left this build before, so that another reload would not help either: since each
 * build is left once at most, no tab reloads for ever
 */
export function leaveBuild(memory: Memory, build: string): boolean {
  const left = memory.getItem(memoryName)?.split('\n') ?? []
  if (left.includes(build)) return false
  memory.setItem(memoryName, [...left, build].join('\n'))
  return true
}

let state: 'whole' | 'missing' | 'reloading' = 'whole'

/** Whether the part of the site that was asked for is missing, or its page even under way anew: see the error page. */
export function buildState() {
  return state
}

/**
 * A page that was opened before a deploy names parts of its own build, which the server may have no more. When a link
 * leads to such a part, its address is loaded anew, and comes from the new build. Where that was tried before, or the
 * browser is offline or keeps no memory, the error page says what is wrong.
 */
export function reloadWhenBuildIsGone(router: AnyRouter) {
  router.subscribe('onBeforeLoad', () => {
    if (state === 'missing') state = 'whole'
  })
  window.addEventListener('vite:preloadError', (event) => {
    // Parts are loaded ahead, too, when a link is only pointed at; who follows it asks again.
    if (router.state.status !== 'pending') return
    // Else the router would reload, too.
    event.preventDefault()
    if (state !== 'whole') return
    if (mayReload()) {
      state = 'reloading'
      // The router has put the link's address into the address bar before it asks for the part.
      location.reload()
    } else {
      state = 'missing'
      console.error(event.payload)
    }
  })
}

function mayReload(): boolean {
  try {
    // Its name has the hash of what is in it, and that has the names of all parts it leads to.
    return navigator.onLine && leaveBuild(sessionStorage, import.meta.url)
  } catch {
    return false
  }
}
