package console

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// newScopesField confirms the scopes that are made with a client.
const newScopesField = "new_scopes"

// askNewScopes asks once whether the scopes that a client is the first to have are to be made: each may as well be a
// typo. It rejects the form until they are confirmed. Before are those that the client has already.
func (c *Console) askNewScopes(ctx context.Context, in pages.SectionPages, form *clientForm, sent url.Values, scopes, before []string) error {
	added := slices.DeleteFunc(slices.Clone(scopes), func(name string) bool { return slices.Contains(before, name) || !client.ValidScope(name) })
	if len(added) == 0 {
		return nil
	}
	unknown, err := c.Catalogue.Unknown(ctx, added)
	if err != nil || len(unknown) == 0 {
		return err
	}
	confirmed, field := strings.Fields(sent.Get(newScopesField)), form.field("scopes")
	field.New = unknown
	field.Confirmed = !slices.ContainsFunc(unknown, func(name string) bool { return !slices.Contains(confirmed, name) })
	if !field.Confirmed {
		form.reject("scopes", in.Text("client.fault.new_scopes"))
	}
	return nil
}
