// Package outbox shows a developer the messages that their server sends: as a page, and as JSON for
// programs. Only "serve --dev" has its routes, since the codes in it prove anybody's address.
package outbox
