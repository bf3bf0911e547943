package passkey

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Missing is the id (base64url) of the new passkey of a response that was not accepted, for the browser to tell whoever has
// made it that nobody knows it here (WebAuthn Level 3 section 5.1.10.2). Empty: the response names none, or one that is
// stored, which must not be lost.
func (r *Registry) Missing(ctx context.Context, response []byte) (string, error) {
	var named struct {
		ID string `json:"id"`
	}
	if len(response) > maxResponse || json.Unmarshal(response, &named) != nil {
		return "", nil
	}
	id, err := base64.RawURLEncoding.Strict().DecodeString(named.ID)
	if err != nil || len(id) == 0 {
		return "", nil //nolint:nilerr // no browser has made it
	}
	_, _, err = r.store.PasskeyWithUser(ctx, id)
	if errors.Is(err, provider.ErrNotFound) {
		return named.ID, nil
	}
	return "", err
}
