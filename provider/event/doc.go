// Package event owns what the domain says about itself: the events, and the bus that takes
// them to whoever listens (logs, metrics, later audit, notifications and webhooks).
//
// An event reaches the listeners after its transaction was committed, in the goroutine of the
// request, and never if it was rolled back. Listeners must not block, and cannot fail: what has to happen with a change is
// part of its transaction, and not a listener's business. Events carry ids, never
// credentials, and no personal data.
package event
