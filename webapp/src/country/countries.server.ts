import { continents, getCountryDataList, getEmojiFlag, languages } from 'countries-list'
import { type Country, findRegion } from './country'

export const countries: readonly Country[] = getCountryDataList().map((data) => {
  const region = findRegion(continents[data.continent])
  if (region === undefined) {
    throw new Error(`${data.name} lies in ${data.continent}, a region that regions does not name`)
  }
  return {
    code: data.iso2,
    flag: getEmojiFlag(data.iso2),
    name: data.name,
    native: data.native,
    capital: data.capital,
    region,
    currencies: data.currency,
    languages: data.languages.map((code) => languages[code].name),
    callingCodes: data.phone.map((code) => `+${code}`),
  }
})
