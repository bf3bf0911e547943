// Package delivery owns what every kind of message that is posted to a receiver has in common: when a
// failed one is tried again, what became of an attempt, and how many requests are in progress at once.
// Packages webhook and logout store, sign and send the messages.
package delivery
