// Command gatehouse is the whole product in one binary: the server, and the verbs that
// operate it.
//
// serve.go is the composition root, the one place that knows every package. Each verb
// has a file of its own and does nothing but read its arguments, call the domain and
// print; a rule that stands here is in the wrong place.
package main
