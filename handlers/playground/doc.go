// Package playground owns the page of a development server that goes through the flows of OAuth and OpenID
// Connect step by step: it shows each request, as it is sent and as a command to paste, sends it, and shows the
// answer with its tokens decoded. What goes wrong can be tried as well.
//
// The page is an application: it is registered as the demo clients, and sends the requests of their
// specifications to the public endpoints of this server. It takes no address, no client and no value from the
// browser, only the name of a step: what is sent is in the tables of the flows. Only "serve --dev" has its
// routes, since it shows secrets.
//
// What an attempt has yielded is kept in memory for the browser that made it, bounded in number, size and time.
// It needs no script.
package playground
