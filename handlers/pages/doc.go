// Package pages owns what people see: the HTML templates, the one stylesheet, the images
// and the texts.
//
// All of it is embedded. Pages work without JavaScript, load nothing from other hosts and
// carry no inline style or script, so the Content-Security-Policy can forbid both. The
// stylesheet and the images are served under an address with a checksum in it and may be
// cached forever.
//
// Texts stand in messages/en.json, under keys; a template never holds any. What an error
// means is not said here but in provider/refusal.
//
// The package does not route, log or decide which page is shown.
package pages
