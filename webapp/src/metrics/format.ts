const megabyte = 1_000_000

export function inMegabytes(bytes: number): number {
  return bytes / megabyte
}

export function formatMegabytes(bytes: number): string {
  return `${inMegabytes(bytes).toFixed(1)} MB`
}

export function formatMilliseconds(milliseconds: number): string {
  return `${milliseconds.toFixed(2)} ms`
}

export function formatDuration(totalSeconds: number): string {
  const seconds = Math.floor(totalSeconds)
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first === -1) return '0 s'
  return parts
    .slice(first, first + 2)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ')
}
