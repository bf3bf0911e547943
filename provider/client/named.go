package client

// Named is a client by its id and name, as lists of clients show it.
type Named struct{ ID, Name string }

// OfGroup is a client that the users with a role may use.
type OfGroup struct {
	Role string
	Named
}
