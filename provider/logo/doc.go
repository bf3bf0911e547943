// Package logo owns the copies of clients' logos that users see on this server's pages.
//
// These pages load nothing from other hosts: a linked image would tell its server who signs in,
// from where and when, and could change at any time. So this server fetches the image, through
// package outbound, and serves a copy from its own origin. Therefore it must be an image and
// nothing else: PNG, JPEG, GIF or WebP by its bytes, never SVG or HTML, which can contain scripts.
//
//	inspect   which bytes are accepted as a logo
//	copies    pictures in memory: when they are fetched, how long they are used, their bounds
//	Cache     the logo of a client
//
// Only URLs that a client is registered with are fetched: a request cannot make this server fetch
// another one. An image is never decoded beyond its header.
//
// The package does not write HTTP, and no page waits for it: the browser requests the logo
// separately.
package logo
