package oauth

import (
	"context"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

type legacyChecker interface {
	LegacyUser(ctx context.Context, call *oauth.Call, text string) (*account.User, error)
}

// LegacyCheck serves the check of an older system: whose is the access token in the path?
func LegacyCheck(checker legacyChecker) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		u, err := checker.LegacyUser(r.Context(), callOf(r), mux.Vars(r)["token"])
		if err != nil {
			return err
		}
		roles := u.Roles
		if roles == nil {
			roles = []string{}
		}
		return wire.WriteJSON(w, http.StatusOK, struct {
			ID       string   `json:"id"`
			Username string   `json:"username"`
			Email    string   `json:"email"`
			Phone    string   `json:"phone_number"`
			Roles    []string `json:"roles"`
		}{u.ID.String(), u.Username, u.Email, u.Phone, roles})
	}
}
