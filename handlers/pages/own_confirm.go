package pages

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// OwnConfirm asks whether a change of the second factors is meant that cannot be taken back.
type OwnConfirm struct {
	Own

	// Action is the one of the form, about the passkey with the ID and the Name that the person gave it.
	Action, ID, Name string
	// Key: that is a security key. Added is when it was set up, which tells several without a name apart.
	Key   bool
	Added time.Time
	// Codes: it makes new recovery codes. App: it removes the authenticator app. Mail: it ends codes by mail. Else it
	// removes the passkey.
	Codes, App, Mail bool
	// Last: no other factor remains.
	Last bool
}

// OwnConfirm writes the page.
func (l Localized) OwnConfirm(w http.ResponseWriter, page OwnConfirm) error {
	again := wire.Path(page.Current, url.Values{"confirm": {page.Action}, "passkey": {page.ID}})
	return l.ownForm(w, http.StatusOK, "own_confirm", page, again)
}
