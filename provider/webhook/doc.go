// Package webhook owns the endpoints of receivers, the events that are sent to them, and their
// delivery in the format of Standard Webhooks (https://www.standardwebhooks.com). It does not open
// connections: package outbound does.
//
// An event is stored in the transaction of the act that caused it, one row for each endpoint that
// wants it. Delivery is at least once, and in order only as long as nothing fails. A receiver
// recognizes repetitions by the header webhook-id.
//
//	pending --2xx--> delivered
//	   |  ^
//	   |  +-- another status, or no connection: again after a pause
//	   +----> failed, after the last pause; an operator may make it pending again
//
// Events follow from the audited acts of package audit. Issuing, refreshing and checking tokens are
// none of those, so they never store an event.
package webhook
