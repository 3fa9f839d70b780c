/** How the process's public HTTP server treats a connection before any route is known. All bounds are ours. */
export const httpServerOptions = {
  logger: false,
  // Nothing is parsed by the server itself: routes read their bodies with limits of their own. This is for the rest.
  bodyLimit: 65_536,
  // Request line and headers within 10 s; the body has limits of its own in the gateway.
  connectionTimeout: 0,
  requestTimeout: 0,
  // Longer than the 60 s after which AWS load balancers drop an idle connection, so that never we drop it first.
  keepAliveTimeout: 72_000,
  forceCloseConnections: 'idle' as const,
  exposeHeadRoutes: false,
  trustProxy: false,
  http: { headersTimeout: 10_000, maxHeaderSize: 16_384 },
  routerOptions: { maxParamLength: 128, ignoreTrailingSlash: false },
};
