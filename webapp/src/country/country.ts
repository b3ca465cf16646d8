export const regions = [
  'Africa',
  'Antarctica',
  'Asia',
  'Europe',
  'North America',
  'Oceania',
  'South America',
] as const

export type Region = (typeof regions)[number]

export interface Country {
  code: string
  flag: string
  name: string
  native: string
  capital: string
  region: Region
  currencies: string[]
  languages: string[]
  callingCodes: string[]
}

export function findRegion(name: string): Region | undefined {
  return regions.find((region) => region.toLowerCase() === name.trim().toLowerCase())
}
