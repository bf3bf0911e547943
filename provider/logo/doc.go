// Package logo owns the copies of clients' logos that people see on our pages.
//
// A page of ours loads nothing from other hosts: whoever serves an image that it
// links learns who signs in, from where and when, and may show something else tomorrow. So the
// image is fetched by us, through the one way out, and a copy is served from our own origin.
// Being served from there it must be an image and nothing else: PNG, JPEG, GIF
// or WebP by its own bytes, never SVG or HTML, which can carry scripts.
//
//	inspect   which bytes may be a logo
//	copies    pictures in memory: when they are fetched, how long they serve, what they cost
//	Gallery   whose logo is asked for
//
// Only addresses that a client is registered with are fetched: nobody can make us fetch
// another one. An image is never decoded beyond its header.
//
// The package does not write HTTP, and nothing here waits for a page: the browser asks for
// the logo by itself.
package logo
