// Package event owns the domain's events and the bus that delivers them to listeners (logs,
// metrics, later audit, notifications and webhooks).
//
// An event reaches the listeners after its transaction was committed, in the goroutine of the
// request, and never if it was rolled back. Listeners must not block, and cannot fail: what must
// happen together with a change belongs into its transaction. Events carry ids, never
// credentials or personal data.
package event
