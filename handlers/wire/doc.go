// Package wire reads HTTP requests in the same way for every endpoint: parameters, and conditional
// requests.
//
// It does not know which parameters exist, or what a response contains.
package wire
