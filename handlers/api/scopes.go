package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

type scopeCatalogue interface {
	Create(ctx context.Context, actor audit.Actor, s consent.Scope) (consent.Scope, error)
	Change(ctx context.Context, actor audit.Actor, name string, change func(s *consent.Scope) error) (consent.Scope, error)
	Delete(ctx context.Context, actor audit.Actor, name string) error
	List(ctx context.Context) ([]consent.Scope, error)
}

// Scope is a scope as JSON has it.
type Scope struct {
	Name         string            `json:"name" required:"false" doc:"As in the scope parameter" example:"invoices:read"`
	Description  string            `json:"description" required:"false" doc:"Completes: this application will be able to" example:"Read your invoices"`
	Descriptions map[string]string `json:"descriptions" required:"false" nullable:"false" doc:"Descriptions by language (BCP 47)" example:"{\"de\":\"Ihre Rechnungen lesen\"}"`
	Claims       []string          `json:"claims" required:"false" nullable:"false" doc:"Claims about the user that the scope releases; users are asked again for those that are added" example:"[\"email\"]"`
	CreatedAt    *time.Time        `json:"created_at,omitempty" readOnly:"true"`
}

func scopeOf(s consent.Scope) Scope {
	descriptions := s.Descriptions
	if descriptions == nil {
		descriptions = map[string]string{}
	}
	return Scope{s.Name, s.Description, descriptions, orEmpty(s.Claims), &s.CreatedAt}
}

type newScope struct{ Body Scope }

type scopeOutput struct {
	ETag string `header:"ETag"`
	Body Scope
}

func shownScope(s consent.Scope) *scopeOutput {
	view := scopeOf(s)
	return &scopeOutput{fingerprint(view), view}
}

type scopeList struct {
	Body struct {
		Scopes     []Scope `json:"scopes"`
		NextCursor string  `json:"next_cursor,omitempty"`
	}
}

type scopeQuery struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"1000" doc:"How many at most"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"Continues a list: next_cursor of the page before"`
}

func (a *API) listScopes(ctx context.Context, in *scopeQuery) (*scopeList, error) {
	const name = "scopes"
	after, err := a.open(name, in.Cursor)
	if err != nil {
		return nil, err
	}
	list, err := a.Scopes.List(ctx) // servers hold all of them in memory, too
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b consent.Scope) int { return strings.Compare(a.Name, b.Name) }) // each database has an order of its own
	list = slices.DeleteFunc(list, func(s consent.Scope) bool { return after != "" && s.Name <= after })
	out := &scopeList{}
	out.Body.Scopes = []Scope{}
	for _, s := range list[:min(len(list), in.Limit)] {
		out.Body.Scopes = append(out.Body.Scopes, scopeOf(s))
	}
	if len(list) > in.Limit {
		out.Body.NextCursor = a.seal(name, list[in.Limit-1].Name)
	}
	return out, nil
}

// ScopeName names a scope in a path.
type ScopeName struct {
	Name string `path:"scope_id" maxLength:"500" doc:"Name of the scope" example:"invoices:read"`
}

type scopeReplacement struct {
	ScopeName
	Condition
	Body Scope
}

type scopeUpdate struct {
	ScopeName
	Condition
	Body scopePatch
}

// scopePatch is a merge patch of a Scope.
type scopePatch map[string]json.RawMessage

// Schema is part of huma.SchemaProvider.
func (scopePatch) Schema(r huma.Registry) *huma.Schema {
	return patchSchema(r, "ScopePatch", r.Schema(reflect.TypeFor[Scope](), true, "Scope"))
}

func (a *API) scopes() {
	read, write, tags := audit.ReadScope("scopes"), audit.WriteScope("scopes"), []string{"scopes"}
	const path = "/oauth/scopes/{scope_id}"
	register(a, read, huma.Operation{
		OperationID: "list-scopes", Method: http.MethodGet, Path: "/oauth/scopes", Tags: tags, Summary: "List the scopes", Description: "By name.",
	}, a.listScopes)
	register(a, write, huma.Operation{
		OperationID: "create-scope", Method: http.MethodPost, Path: "/oauth/scopes", Tags: tags, DefaultStatus: http.StatusCreated, Errors: []int{http.StatusConflict},
		Summary: "Create a scope", Description: "Clients can be registered for it.",
	}, func(ctx context.Context, in *newScope) (*scopeOutput, error) {
		b := in.Body
		s, err := a.Scopes.Create(ctx, actor(ctx), consent.Scope{Name: b.Name, Description: b.Description, Descriptions: b.Descriptions, Claims: b.Claims})
		created(ctx, "/oauth/scopes", s.Name)
		return shownScope(s), asScopeFault(err)
	})
	register(a, read, huma.Operation{
		OperationID: "get-scope", Method: http.MethodGet, Path: path, Tags: tags, Summary: "Read a scope", Description: "With its texts and claims.",
	}, a.getScope)
	register(a, write, huma.Operation{
		OperationID: "replace-scope", Method: http.MethodPut, Path: path, Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Replace a scope", Description: "What the body does not name is removed; the name stays.",
	}, func(ctx context.Context, in *scopeReplacement) (*struct{}, error) {
		_, err := a.Scopes.Change(ctx, actor(ctx), in.Name, func(s *consent.Scope) error {
			if err := in.Check(fingerprint(scopeOf(*s))); err != nil {
				return err
			}
			if in.Body.Name != "" && in.Body.Name != in.Name {
				return cannotChange("name")
			}
			s.Description, s.Descriptions, s.Claims = in.Body.Description, in.Body.Descriptions, in.Body.Claims
			return nil
		})
		return nil, asScopeFault(err)
	})
	register(a, write, huma.Operation{
		OperationID: "update-scope", Method: http.MethodPatch, Path: path, Tags: tags,
		Summary: "Change a scope", Description: "A JSON merge patch (RFC 7396): what the body does not name stays, null takes a value away.",
	}, a.updateScope)
	register(a, write, huma.Operation{
		OperationID: "delete-scope", Method: http.MethodDelete, Path: path, Tags: tags, DefaultStatus: http.StatusNoContent,
		Summary: "Delete a scope", Description: "Clients that are registered for it keep it until they are updated.",
	}, func(ctx context.Context, in *ScopeName) (*struct{}, error) {
		return nil, asScopeFault(a.Scopes.Delete(ctx, actor(ctx), in.Name))
	})
}

func (a *API) getScope(ctx context.Context, in *ScopeName) (*scopeOutput, error) {
	list, err := a.Scopes.List(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(list, func(s consent.Scope) bool { return s.Name == in.Name })
	if at < 0 {
		return nil, provider.ErrNotFound
	}
	return shownScope(list[at]), nil
}

func (a *API) updateScope(ctx context.Context, in *scopeUpdate) (*scopeOutput, error) {
	s, err := a.Scopes.Change(ctx, actor(ctx), in.Name, func(s *consent.Scope) error {
		if err := in.Check(fingerprint(scopeOf(*s))); err != nil {
			return err
		}
		if err := unchanged(in.Body, "name", in.Name); err != nil {
			return err
		}
		text, err := mergePatch(scopeOf(*s), in.Body)
		if err != nil {
			return err
		}
		var patched Scope
		if err := json.Unmarshal(text, &patched); err != nil {
			return err
		}
		s.Description, s.Descriptions, s.Claims = patched.Description, patched.Descriptions, patched.Claims
		return nil
	})
	if err != nil {
		return nil, asScopeFault(err)
	}
	return shownScope(s), nil
}

func asScopeFault(err error) error {
	var wrong *consent.InvalidScope
	switch {
	case errors.As(err, &wrong):
		return invalid("/"+wrong.Property, wrong.Fault.String())
	case errors.Is(err, consent.ErrStandardScope):
		return invalid("scope_id", consent.ErrStandardScope.Error())
	default:
		return err
	}
}
