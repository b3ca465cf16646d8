import type { AnyRouter } from '@tanstack/react-router'

type Memory = Pick<Storage, 'getItem' | 'setItem'>

const memoryName = 'builds-left'

/**
 * Remembers in the tab that this build was left by a reload.
 *
 * @returns false when the tab has left this build before, so that another reload would not help; a tab leaves each
 * build at most once, and so never reloads for ever
 */
export function leaveBuild(memory: Memory, build: string): boolean {
  const left = memory.getItem(memoryName)?.split('\n') ?? []
  if (left.includes(build)) return false
  memory.setItem(memoryName, [...left, build].join('\n'))
  return true
}

let state: 'whole' | 'missing' | 'reloading' = 'whole'

/** Whether a requested part of the site is missing, or its page is being reloaded; for the error page. */
export function buildState() {
  return state
}

/**
 * A page that was opened before a deploy names parts of its own build, which the server may not have any more. When a
 * link leads to such a part, the link's URL is reloaded and comes from the new build. If that was tried before, or the
 * browser is offline or has no session storage, the error page says what is wrong.
 */
export function reloadWhenBuildIsGone(router: AnyRouter) {
  router.subscribe('onBeforeLoad', () => {
    if (state === 'missing') state = 'whole'
  })
  window.addEventListener('vite:preloadError', (event) => {
    // A part that is only preloaded, because the pointer is on a link, is requested again on a click.
    if (router.state.status !== 'pending') return
    // Without this, the router would reload, too.
    event.preventDefault()
    if (state !== 'whole') return
    if (mayReload()) {
      state = 'reloading'
      // The router puts the link's URL into the address bar before it requests the part.
      location.reload()
    } else {
      state = 'missing'
      console.error(event.payload)
    }
  })
}

function mayReload(): boolean {
  try {
    // The URL of this file identifies the build: it has a hash of the content, which names all parts.
    return navigator.onLine && leaveBuild(sessionStorage, import.meta.url)
  } catch {
    return false
  }
}
