package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
)

// passkeys are those of users.
type passkeys interface {
	Of(ctx context.Context, user provider.ID) ([]*passkey.Passkey, error)
	RemoveFor(ctx context.Context, actor audit.Actor, user, id provider.ID) error
}

type userPasskey struct {
	ID        string     `json:"id" format:"uuid"`
	Name      string     `json:"name" doc:"As the user called it" example:"Blue key"`
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at,omitempty" doc:"When it was last used, after it was created"`
	Hardware  bool       `json:"hardware" doc:"The maker attests that the key cannot leave the authenticator"`
	BackedUp  bool       `json:"backed_up" doc:"The key is on several devices of the user, or in their backup"`
	// SecondOnly is of a security key that verifies nobody.
	SecondOnly bool `json:"second_only" doc:"It is a second factor only: it has not verified the user, and does not sign the user in without the password"`
	// Transports may be empty: not every browser tells them.
	Transports []string `json:"transports" doc:"How browsers reach the authenticator, such as usb or internal" example:"[\"usb\"]"`
}

// passkeyID names a passkey in a path.
type passkeyID struct {
	UserID
	PasskeyID string `path:"passkey_id" format:"uuid" doc:"Id of the passkey, as the factors of the user have it"`
}

func (a *API) passkeys() {
	register(a, audit.WriteScope("users"), huma.Operation{
		OperationID: "remove-user-passkey", Method: http.MethodDelete, Path: "/users/{user_id}/factors/{passkey_id}", Tags: []string{"users"}, DefaultStatus: http.StatusNoContent,
		Summary: "Remove a passkey of a user", Description: "For an authenticator that was lost or stolen. The user is told, and sessions go on. Recovery codes end when it was the last second factor.",
	}, func(ctx context.Context, in *passkeyID) (*struct{}, error) {
		u, err := a.user(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		id, err := provider.ParseID(in.PasskeyID)
		if err != nil {
			return nil, provider.ErrNotFound
		}
		return nil, a.Passkeys.RemoveFor(ctx, actor(ctx), u.ID, id)
	})
}

func passkeysOf(list []*passkey.Passkey) []userPasskey {
	var shown []userPasskey
	for _, p := range list {
		shown = append(shown, userPasskey{p.ID.String(), p.Name, p.CreatedAt, p.UsedAt, p.Hardware, p.BackedUp, !p.Verifies, append([]string{}, p.Transports...)})
	}
	return shown
}
