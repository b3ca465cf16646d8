// The page works without this script, which only replaces the figures on it with newer ones.
const connection = document.getElementById('connection')

function isSelected(element) {
  const selection = getSelection()
  return !selection.isCollapsed && selection.containsNode(element, true)
}

function show(html) {
  const page = new DOMParser().parseFromString(html, 'text/html')
  for (const next of page.querySelectorAll('[data-live]')) {
    const shown = document.getElementById(next.id)
    if (shown && shown.outerHTML !== next.outerHTML && !isSelected(shown)) {
      shown.replaceWith(next)
    }
  }
}

if (connection) {
  const events = new EventSource('status/events')
  events.onopen = () => {
    connection.textContent = 'Live'
  }
  events.onmessage = (event) => {
    show(event.data)
  }
  events.onerror = () => {
    connection.textContent =
      events.readyState === EventSource.CLOSED ? 'Ended: load the page again' : 'Connection lost, trying again'
  }
}
