import { createServerFn } from '@tanstack/react-start'
import { measureLoopDelay } from './loop-delay-meter.server'
import { currentFigures } from './recorder.server'

export const getFigures = createServerFn().handler(() => currentFigures())

export const measureOneSecond = createServerFn().handler(() => measureLoopDelay(1000))
