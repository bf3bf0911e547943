package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

type signingKeys interface {
	List(ctx context.Context) ([]keys.Listed, error)
	Rotate(ctx context.Context, actor audit.Actor, alg keys.Algorithm, activeFrom time.Time) (keys.Key, error)
	Withdraw(ctx context.Context, actor audit.Actor, kid string) (successor string, err error)
}

type key struct {
	KID        string     `json:"kid"`
	Algorithm  string     `json:"alg" enum:"RS256,PS256,ES256,EdDSA,RSA-OAEP-256,ECDH-ES"`
	Use        string     `json:"use" enum:"sig,enc" doc:"sig signs; enc is for those who encrypt to this server: it decrypts while it is listed, and is published while it is active"`
	State      string     `json:"state" enum:"pending,active,retiring,gone"`
	CreatedAt  time.Time  `json:"created_at"`
	ActiveFrom *time.Time `json:"active_from,omitempty" doc:"When it began to sign, or will; absent for the first key of an algorithm, which always could"`
	GoneAt     *time.Time `json:"gone_at,omitempty" doc:"When it leaves the key set, and what it signed is accepted no more; absent while no key follows it"`
}

type keyList struct {
	Body struct {
		Keys []key `json:"keys"`
	}
}

type rotation struct {
	Body struct {
		Algorithm string `json:"alg" enum:"RS256,PS256,ES256,EdDSA,RSA-OAEP-256,ECDH-ES"`
		In        *int   `json:"in_seconds,omitempty" minimum:"0" maximum:"2592000" doc:"How long the key is published before it signs, in seconds (default 600)"`
	}
}

type keyOutput struct{ Body key }

type keyID struct {
	KID string `path:"kid" maxLength:"200" doc:"Id of the key, as the list and the key set have it"`
}

type withdrawal struct {
	Body struct {
		Successor string `json:"successor,omitempty" doc:"Key that signs from now on; empty if the withdrawn one was not active"`
	}
}

func (a *API) keys() {
	read, write, tags := audit.ReadScope("keys"), audit.WriteScope("keys"), []string{"keys"}
	register(a, read, huma.Operation{
		OperationID: "list-keys", Method: http.MethodGet, Path: "/keys", Tags: tags, Summary: "List the signing keys", Description: "With their states.",
	}, a.listKeys)
	register(a, write, huma.Operation{
		OperationID: "rotate-key", Method: http.MethodPost, Path: "/keys/rotate", Tags: tags, DefaultStatus: http.StatusCreated, Errors: []int{http.StatusConflict},
		Summary: "Publish a new signing key", Description: "It signs after in_seconds, when caches of the key set have it. What older keys signed stays valid to its end.",
	}, func(ctx context.Context, in *rotation) (*keyOutput, error) {
		ahead := seconds(in.Body.In, 600)
		from := a.Clock.Now(ctx).Add(ahead)
		k, err := a.Keys.Rotate(ctx, actor(ctx), keys.Algorithm(in.Body.Algorithm), from)
		if err != nil {
			return nil, err
		}
		state := keys.Pending
		if ahead == 0 {
			state = keys.Active
		}
		return &keyOutput{keyOf(keys.Listed{Key: k, State: state})}, nil
	})
	register(a, write, huma.Operation{
		OperationID: "withdraw-key", Method: http.MethodDelete, Path: "/keys/{kid}", Tags: tags, Errors: []int{http.StatusNotFound, http.StatusConflict},
		Summary: "Withdraw a signing key at once", Description: "For a key that leaked: nothing that it signed is accepted any more.",
	}, func(ctx context.Context, in *keyID) (*withdrawal, error) {
		out := &withdrawal{}
		var err error
		out.Body.Successor, err = a.Keys.Withdraw(ctx, actor(ctx), in.KID)
		return out, err
	})
}

func (a *API) listKeys(ctx context.Context, _ *struct{}) (*keyList, error) {
	listed, err := a.Keys.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &keyList{}
	out.Body.Keys = []key{}
	for _, k := range listed {
		out.Body.Keys = append(out.Body.Keys, keyOf(k))
	}
	return out, nil
}

func keyOf(k keys.Listed) key {
	shown := key{k.KID, string(k.Algorithm), k.Algorithm.Use(), string(k.State), k.CreatedAt, &k.ActiveFrom, k.GoneAt}
	if k.First() {
		shown.ActiveFrom = nil
	}
	return shown
}
