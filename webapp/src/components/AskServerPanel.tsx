import { type SubmitEvent, useState } from 'react'
import { askServer } from '~/server/ask-server'
import { Panel } from './Panel'

type Answer = Awaited<ReturnType<typeof askServer>>

export function AskServerPanel() {
  const [message, setMessage] = useState('Grüße 👋')
  const [answer, setAnswer] = useState<Answer | 'waiting' | 'failed'>()

  async function ask(event: SubmitEvent) {
    event.preventDefault()
    setAnswer('waiting')
    try {
      setAnswer(await askServer({ data: message }))
    } catch {
      setAnswer('failed')
    }
  }

  return (
    <Panel title="A function that runs on the server">
      <p className="muted">
        The form posts to a server function. The answer says which process took it, and when.
      </p>
      <form className="mt-auto flex flex-wrap gap-2" onSubmit={(event) => void ask(event)}>
        <input
          aria-label="Message"
          data-testid="server-function-input"
          className="input min-w-0 flex-1"
          maxLength={200}
          value={message}
          onChange={({ target }) => {
            setMessage(target.value)
          }}
        />
        <button
          type="submit"
          data-testid="server-function"
          className="btn btn-primary"
          disabled={answer === 'waiting'}
        >
          Ask
        </button>
      </form>
      <p
        data-testid="server-function-result"
        role="status"
        className="min-h-12 text-sm wrap-anywhere"
      >
        {answer !== undefined && describe(answer)}
      </p>
    </Panel>
  )
}

function describe(answer: Answer | 'waiting' | 'failed'): string {
  if (answer === 'waiting') return 'Waiting for the answer…'
  if (answer === 'failed') return 'The server did not answer. Try again.'
  const { runtime, pid, bytes, message, time } = answer
  return `${runtime}, process ${pid}, received “${message}” (${bytes} bytes) at ${time.slice(11, 19)} UTC.`
}
