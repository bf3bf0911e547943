package ownaccount

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// serveReceipt serves the proof that the access of an application ended, for the user to keep.
func (o *OwnAccount) serveReceipt(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	id, err := provider.ParseID(mux.Vars(r)["id"])
	if err != nil {
		return noPage(r) //nolint:nilerr // an id that cannot be is like one that does not exist
	}
	receipt, err := o.Receipts.Sign(r.Context(), s.User, id)
	if errors.Is(err, provider.ErrNotFound) {
		return noPage(r)
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/jwt")
	h.Set("Content-Length", strconv.Itoa(len(receipt)))
	h.Set("Content-Disposition", `attachment; filename="receipt-`+id.String()+`.jwt"`)
	_, _ = w.Write([]byte(receipt)) //nolint:gosec // a JWT, sent as one; it fails only when the client has disconnected
	return nil
}
