// Package pages owns what users see: the HTML templates, the stylesheet, the images and the texts.
//
// All of it is embedded. Pages work without JavaScript, load nothing from other hosts and have no
// inline style or script, so the Content-Security-Policy can forbid both. The stylesheet and the
// images are served under a URL with a checksum and may be cached forever.
//
// The texts are in messages/en.json, by key; templates contain none. The explanations of errors are
// in provider/refusal.
//
// The package does not route, log or decide which page is shown.
package pages
