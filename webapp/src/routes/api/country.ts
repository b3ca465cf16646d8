import { createFileRoute } from '@tanstack/react-router'
import { countries } from '~/country/countries.server'
import { findRegion, regions } from '~/country/country'
import { normalizeQuery } from '~/country/country-search'
import { selectCountries } from '~/country/select-countries'
import { methodNotAllowed } from '~/server/method-not-allowed'

export const Route = createFileRoute('/api/country')({
  server: {
    handlers: {
      ANY: methodNotAllowed,
      GET: ({ request }) => {
        const query = new URL(request.url).searchParams
        const regionName = query.get('region') ?? ''
        const region = findRegion(regionName)
        if (regionName !== '' && region === undefined) {
          const error = `There is no region “${regionName}”. Regions: ${regions.join(', ')}.`
          return Response.json({ error }, { status: 400 })
        }
        const q = normalizeQuery(query.get('q') ?? '')
        return Response.json(selectCountries(countries, { q, ...(region && { region }) }))
      },
    },
  },
})
