package api

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// missing says which of the ids in a request names nothing, for a request that has several.
func missing(err error, field, what string) error {
	if !errors.Is(err, provider.ErrNotFound) {
		return err
	}
	return refusal.New(refusal.NotFound, refusal.CheckResource, field+": there is no such "+what+".")
}

// clientAndUser returns an error unless there are the client and the user, where they are named. What
// is done to everything of a client that nobody has would look done.
func (a *API) clientAndUser(ctx context.Context, clientID, clientField string, userID provider.ID, userField string) error {
	if clientID != "" {
		if _, err := a.Clients.Client(ctx, clientID); err != nil {
			return missing(err, clientField, "client")
		}
	}
	if !userID.IsZero() {
		if _, err := a.Users.User(ctx, userID); err != nil {
			return missing(err, userField, "user")
		}
	}
	return nil
}

// created says where what a request made is (RFC 9110 section 15.3.2): under its id at a path below
// Prefix.
func created(ctx context.Context, path, id string) {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		x.SetHeader("Location", Prefix+path+"/"+url.PathEscape(id))
	}
}

// creates tells whether an operation says with Location where what it made is.
func creates(op *huma.Operation) bool { return strings.HasPrefix(op.OperationID, "create-") }
