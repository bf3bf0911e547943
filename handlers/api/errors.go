package api

import (
	"errors"
	"net/http"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// failure is an error response, as the document describes it.
type failure struct {
	Error       string       `json:"error" doc:"What kind of error it is" example:"invalid_request"`
	Description string       `json:"error_description" doc:"What is wrong; a field is named by its JSON pointer (RFC 6901)"`
	URI         string       `json:"error_uri" format:"uri" doc:"Page that explains the error"`
	Errors      []fieldError `json:"errors,omitempty" doc:"Every field that is wrong, where fields are"`
}

// fieldError is refusal.Problem, as the document describes it.
type fieldError struct {
	Pointer string `json:"pointer" doc:"JSON pointer (RFC 6901) into the body, or the name of a parameter; empty: the body as a whole" example:"/redirect_uris/0"`
	Message string `json:"message" doc:"What is wrong with it"`
}

// asRefusal gives the errors of the domain their status, but for those that have one. Others are faults
// of the server.
func asRefusal(err error) error {
	var invalid *client.Invalid
	var lacking *audit.Lacking
	var made *refusal.Refusal
	switch {
	case errors.As(err, &made):
		return err
	case errors.Is(err, account.ErrLastAdministrator):
		return refusal.New(refusal.InvalidRequest, refusal.CheckConflict, "This is the last administrator. Give the role admin to somebody else first.").WithStatus(http.StatusConflict).Because(err)
	case errors.As(err, &invalid):
		return invalidClient(invalid).Because(err)
	case errors.Is(err, provider.ErrNotFound):
		return refusal.New(refusal.NotFound, refusal.CheckResource, "There is no such resource.").Because(err)
	case errors.Is(err, provider.ErrConflict):
		return refusal.New(refusal.InvalidRequest, refusal.CheckConflict, "It exists already.").WithStatus(http.StatusConflict).Because(err)
	case errors.As(err, &lacking):
		return refusal.New(refusal.AccessDenied, refusal.CheckAuthority,
			"The caller may not do that: it would give or change what has the scope "+lacking.Scope+", which the caller does not have.").
			WithStatus(http.StatusForbidden).CompareScope(lacking.Scope, nil).Because(err)
	case errors.Is(err, audit.ErrForbidden):
		return refusal.New(refusal.AccessDenied, refusal.CheckAuthority, "The caller may not do that: it would need every management scope that is given or changed.").WithStatus(http.StatusForbidden).Because(err)
	default:
		return err
	}
}
