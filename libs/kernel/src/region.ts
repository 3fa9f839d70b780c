/** The two regions there are (P03, P30, P31). A third is a type error. */
export const REGIONS = ['us-east-1', 'eu-west-1'] as const;
export type Region = (typeof REGIONS)[number];

/** The short form that keys and host names carry. */
export const REGION_CODES = { us: 'us-east-1', eu: 'eu-west-1' } as const satisfies Record<string, Region>;
export type RegionCode = keyof typeof REGION_CODES;

export const codeOf = (region: Region): RegionCode => (region === 'us-east-1' ? 'us' : 'eu');
