// Package wire reads what HTTP requests carry, alike for every endpoint: parameters, and the
// validators of caches.
//
// It does not know which parameters there are, or what an answer says.
package wire
