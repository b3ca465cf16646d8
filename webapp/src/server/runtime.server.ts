import { version as reactVersion } from 'react'
import packageFile from '../../package.json'

export function runtimeName(): string {
  return `Bun ${process.versions.bun}`
}

export function versions() {
  return {
    runtime: runtimeName(),
    react: reactVersion,
    start: packageFile.dependencies['@tanstack/react-start'],
    router: packageFile.dependencies['@tanstack/react-router'],
  }
}
