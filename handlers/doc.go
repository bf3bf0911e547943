// Package handlers owns the HTTP frame: the table of all routes, what happens to every
// request before and after its endpoint, and the one renderer of errors.
//
//	rewriteAliases    from here on only canonical paths exist
//	observer          makes the canonical line, writes it when the request is done, counts by it
//	securityHeaders   safe defaults, which a response may replace
//	findClientAddress behind trusted proxies
//	nameRequest       request id
//	checkHost         in development: refuses foreign Host headers
//	router            gorilla/mux; path -> resource
//	  resource        method -> endpoint; renders the error that comes back
//	    recovered     a panic becomes an error
//	    limitTime     deadline of the request's context, by the route
//	    crossOrigin   CORS, by the route's rule
//	    uncached      for routes that authenticate clients
//	    limits        the rate limits that the route names
//	    limitBody
//	    guard         who may call it, where the route says so
//	      endpoint    of handlers/oauth, or a page
//
// Endpoints return errors instead of writing them. Whatever they return goes through
// renderer.refuse: it decides the status, seals the record that becomes the error_uri and
// fills in the log line.
//
// The package knows nothing of protocols. Endpoints are passed in as values of package route, so that
// neither side imports the other.
package handlers
