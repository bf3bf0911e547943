package api

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// auditKeySet is the public halves of the keys that sign checkpoints of the audit log.
type auditKeySet interface {
	PublicKeys(ctx context.Context) ([]byte, error)
}

// auditKeys is the key set (RFC 7517) with which anyone verifies a checkpoint that was kept elsewhere.
// It is public, as the one at jwks_uri is.
func (a *API) auditKeys() route.Route {
	return route.Route{
		Name: "api audit keys", Methods: []string{http.MethodGet}, Path: Prefix + "/audit-keys", Protection: route.Open,
		Policies: []string{ratelimit.DocumentPrefix},
		Handler: func(w http.ResponseWriter, r *http.Request) error {
			set, err := a.AuditKeys.PublicKeys(r.Context())
			if err != nil {
				return err
			}
			wire.WriteDocument(w, r, set, wire.Tag(set), documentAge)
			return nil
		},
	}
}
