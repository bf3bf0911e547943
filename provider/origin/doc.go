// Package origin owns what people are told about where a request came from: the device, in words that no sender chose,
// and the network, as far as it tells them whether it was theirs and not more.
//
// It does not keep anything, and does not count: limits have address prefixes of their own.
package origin
