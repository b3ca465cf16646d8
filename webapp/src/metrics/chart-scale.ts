/** The round number at or above every value: 1, 2 or 5 times a power of ten. */
export function roundMaximum(values: readonly number[], least: number): number {
  const highest = Math.max(least, ...values)
  const power = 10 ** Math.floor(Math.log10(highest))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= highest) ?? 10
  return factor * power
}

export interface ChartSize {
  width: number
  height: number
  /** Number of points that fill the width; the newest is at the right edge. */
  points: number
}

/** The `points` of an SVG polyline. */
export function linePoints(
  values: readonly number[],
  maximum: number,
  { width, height, points }: ChartSize,
): string {
  const shown = values.slice(-points)
  const step = width / (points - 1)
  return shown
    .map((value, index) => {
      const x = width - (shown.length - 1 - index) * step
      const y = height - (Math.min(value, maximum) / maximum) * height
      return `${round(x)},${round(y)}`
    })
    .join(' ')
}

/** The same line, closed along the bottom. */
export function areaPoints(values: readonly number[], maximum: number, size: ChartSize): string {
  const line = linePoints(values, maximum, size)
  const [firstX] = line.split(',')
  return line === '' ? '' : `${line} ${size.width},${size.height} ${firstX ?? ''},${size.height}`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
