package pages

import "net/http"

// Reference is the page that describes the API.
type Reference struct{ Documents []ReferenceDocument }

// ReferenceDocument is one OpenAPI document. Path is where it is served, Server where its paths stand.
type ReferenceDocument struct {
	ID, Title, Path, Server string
	Text                    []Span
	Groups                  []ReferenceGroup
}

// ReferenceGroup is the operations on one kind of thing.
type ReferenceGroup struct {
	ID, Name, Text string
	Operations     []ReferenceOperation
}

// ReferenceOperation is one operation. Example is a body.
type ReferenceOperation struct {
	ID, Method, Summary string
	Path                []string // in parts, between which a narrow page may break it
	Text                []Span
	Parameters, Body    []ReferenceField
	BodyTypes           []string
	Example             string
	Responses           []ReferenceResponse
}

// ReferenceField is a parameter, or a field of a body. Name is in parts, as paths are; Bounds says which
// values of the type it may have.
type ReferenceField struct {
	Name               []string
	In, Type, Text     string
	Bounds             []Span
	Required, ReadOnly bool
}

// ReferenceResponse is a response. Meaning is that of its status.
type ReferenceResponse struct {
	Status, Meaning, Text string
	Headers               []string
	Fields                []ReferenceField
	Example               string
}

// Reference writes the page that describes the API.
func (s *Set) Reference(w http.ResponseWriter, page Reference) error {
	return s.writeDevelopers(w, http.StatusOK, "reference", page)
}
