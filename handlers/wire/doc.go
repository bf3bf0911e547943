// Package wire reads HTTP requests and writes JSON in the same way for every endpoint: the parameters
// of queries and forms, JSON in both directions, and conditional requests. What is malformed is
// refused here, once.
//
// It does not know which parameters exist, which of them may repeat or contain a credential
// (handlers/oauth and provider/oauth do), or what a response contains. The size of a body is limited
// by the route, before it is read.
package wire
