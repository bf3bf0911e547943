// Package delivery owns what every kind of message that is posted to a receiver has in common: when a
// failed one is tried again, what became of an attempt, to how many receivers requests are in progress at
// once, and whose turn it is. How many requests a receiver gets at once is up to who serves its turn.
// Packages webhook and logout store, sign and send the messages.
package delivery
