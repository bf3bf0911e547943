// Package route owns what a line of the route table says: where an endpoint stands, who may call
// it, who may read its answer from a script, which limits apply and how its errors look.
//
// Each package of endpoints gives its own lines; package handlers checks and serves them. An
// endpoint returns an error instead of writing one.
package route
