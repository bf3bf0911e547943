// Package reference owns the description of what the server serves: the OpenAPI document of the
// protocol endpoints, and the page on which people read it and that of the management API.
//
//	route table ---- where, which methods ----+
//	                                          +--> protocol.json --+
//	descriptions --- parameters, responses ---+                    +--> page
//	                                              openapi.json ----+
//	                                              (handlers/api)
//
// Paths, methods, aliases and sizes come from the lines of the route table that serve; only what a
// line does not say is written here, by the name of the route. A route that is neither described nor
// listed as a page for people keeps the server from starting, as does a description without a route.
package reference
