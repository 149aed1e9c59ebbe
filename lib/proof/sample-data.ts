import countries from 'world-countries';

/** A public data set with something of everything JSON has: the countries of the npm package world-countries. */
export function sampleData(): Map<string, unknown> {
  return new Map(countries.map((country) => [`country-${country.cca3.toLowerCase()}`, country]));
}
