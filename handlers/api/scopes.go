package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

type scopeCatalogue interface {
	Create(ctx context.Context, actor audit.Actor, name, description string) (consent.Scope, error)
	Describe(ctx context.Context, actor audit.Actor, name, description string) error
	Delete(ctx context.Context, actor audit.Actor, name string) error
	List(ctx context.Context) ([]consent.Scope, error)
}

type scope struct {
	Name        string    `json:"name" doc:"As in the scope parameter" example:"invoices:read"`
	Description string    `json:"description" doc:"Completes: this application will be able to" example:"Read your invoices"`
	CreatedAt   time.Time `json:"created_at"`
}

type newScope struct {
	Body struct {
		Name        string `json:"name" maxLength:"500" example:"invoices:read"`
		Description string `json:"description,omitempty" maxLength:"300" example:"Read your invoices"`
	}
}

type scopeOutput struct{ Body scope }

type scopeList struct {
	Body struct {
		Scopes []scope `json:"scopes"`
	}
}

type ScopeName struct {
	Name string `path:"scope_id" doc:"Name of the scope"`
}

type scopeChange struct {
	ScopeName
	Body struct {
		Description string `json:"description" maxLength:"300"`
	}
}

func (a *API) scopes() {
	read, write, tags := audit.ReadScope("scopes"), audit.WriteScope("scopes"), []string{"scopes"}
	register(a, read, huma.Operation{
		OperationID: "list-scopes", Method: http.MethodGet, Path: "/oauth/scopes", Tags: tags, Summary: "List the scopes", Description: "By name.",
	}, func(ctx context.Context, _ *struct{}) (*scopeList, error) {
		list, err := a.Scopes.List(ctx)
		out := &scopeList{}
		out.Body.Scopes = []scope{}
		for _, s := range list {
			out.Body.Scopes = append(out.Body.Scopes, scope(s))
		}
		return out, err
	})
	register(a, write, huma.Operation{
		OperationID: "create-scope", Method: http.MethodPost, Path: "/oauth/scopes", Tags: tags, DefaultStatus: http.StatusCreated, Errors: []int{http.StatusConflict},
		Summary: "Create a scope", Description: "Clients can be registered for it.",
	}, func(ctx context.Context, in *newScope) (*scopeOutput, error) {
		s, err := a.Scopes.Create(ctx, actor(ctx), in.Body.Name, in.Body.Description)
		return &scopeOutput{scope(s)}, asScopeFault(err)
	})
	register(a, write, huma.Operation{
		OperationID: "update-scope", Method: http.MethodPut, Path: "/oauth/scopes/{scope_id}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Describe a scope", Description: "Replaces the text of the consent page.",
	}, func(ctx context.Context, in *scopeChange) (*struct{}, error) {
		return nil, asScopeFault(a.Scopes.Describe(ctx, actor(ctx), in.Name, in.Body.Description))
	})
	register(a, write, huma.Operation{
		OperationID: "delete-scope", Method: http.MethodDelete, Path: "/oauth/scopes/{scope_id}", Tags: tags, DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusNotFound},
		Summary: "Delete a scope", Description: "Clients that are registered for it keep it until they are updated.",
	}, func(ctx context.Context, in *ScopeName) (*struct{}, error) {
		return nil, asScopeFault(a.Scopes.Delete(ctx, actor(ctx), in.Name))
	})
}

func asScopeFault(err error) error {
	switch {
	case errors.Is(err, consent.ErrMalformedScope):
		return invalid("/name", consent.ErrMalformedScope.Error())
	case errors.Is(err, consent.ErrMalformedDescription):
		return invalid("/description", consent.ErrMalformedDescription.Error())
	case errors.Is(err, consent.ErrStandardScope):
		return invalid("scope_id", consent.ErrStandardScope.Error())
	default:
		return err
	}
}
