package client

// Brief is a client by its id and name, as lists show it.
type Brief struct{ ID, Name string }

// OfGroup is a client that the users with a role may use.
type OfGroup struct {
	Role string
	Brief
}
