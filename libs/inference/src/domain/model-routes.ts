/** Which version of a model scans run on. */
export interface ModelRoute {
  readonly current: string;
  /** Tried on a share of the scans, 0-1. */
  readonly canary?: { readonly version: string; readonly share: number } | undefined;
}

/** A 32-bit FNV-1a with a final mix (that of MurmurHash3), so that consecutive numbers spread evenly. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
};

/**
 * The version for one scan: always the same for the same sequence number, and whoever has the canary at some share has it
 * at any larger one. The name is part of the draw, so that canaries of two models fall on scans independently.
 */
export const versionFor = (model: string, { current, canary }: ModelRoute, sequence: number): string =>
  canary !== undefined && hash(`${model}/${sequence}`) < canary.share * 2 ** 32 ? canary.version : current;

/** All versions of a route, the current one first. */
export const versionsOf = (route: ModelRoute | undefined): readonly string[] =>
  route === undefined ? [] : [route.current, ...(route.canary === undefined ? [] : [route.canary.version])];

/** The route with a version on a share of the scans; on all of them, it is the current one, and there is no canary. */
export const withCanary = (route: ModelRoute | undefined, version: string, share: number): ModelRoute => {
  if (route === undefined || share >= 1) return { current: version };
  if (version === route.current) return { current: version };
  return { current: route.current, canary: { version, share } };
};
