package browser

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/logo"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// logoPath is the path of a client's logo; empty if it has none. An id may contain slashes, and
// proxies differ in their handling of %2F: base64url has a single form that needs no escaping.
func logoPath(c *client.Client) string {
	uri := c.ShownLogo()
	if uri == "" {
		return ""
	}
	return "/logo/" + base64.RawURLEncoding.EncodeToString([]byte(c.ID)) + "/" + logo.Version(uri)
}

// LogoPath is the path of the logo of a client, given its id and the URL that it is registered with.
func LogoPath(clientID, logoURI string) string {
	return logoPath(&client.Client{ID: clientID, LogoURI: logoURI})
}

// ServeLogo serves the copy of a client's logo.
func (b *Browser) ServeLogo(w http.ResponseWriter, r *http.Request) error {
	vars := mux.Vars(r)
	id, err := base64.RawURLEncoding.Strict().DecodeString(vars["client"])
	if err != nil {
		return noLogo(r)
	}
	picture, err := b.Logos.Picture(r.Context(), string(id), vars["version"])
	switch {
	case errors.Is(err, provider.ErrNotFound):
		return noLogo(r)
	case errors.Is(err, logo.ErrUnavailable):
		return refusal.New(refusal.NotFound, refusal.CheckLogo, "The logo of the application is not available.").For(string(id)).Because(err)
	case err != nil:
		return err
	}
	canonical.From(r.Context()).Client(string(id))
	writeLogo(w, r, picture)
	return nil
}

// noLogo does not distinguish an unknown client from one without a logo.
func noLogo(r *http.Request) error {
	return refusal.New(refusal.NotFound, refusal.CheckNotFound, "There is no page or endpoint at this URL.").
		Compare(refusal.FieldPath, "", r.URL.Path)
}

// writeLogo writes an image that a client chose, from this server's origin: whatever a browser makes
// of the bytes, it must not run as a page of this origin. The outer handler sets nosniff; opened on
// its own the image is sandboxed; and other sites cannot embed it.
func writeLogo(w http.ResponseWriter, r *http.Request, picture logo.Picture) {
	h := w.Header()
	tag := `"` + picture.Checksum + `"`
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("ETag", tag)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if wire.NotModified(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", picture.MediaType)
	h.Set("Content-Length", strconv.Itoa(len(picture.Body)))
	h.Set("Content-Disposition", `inline; filename="logo.`+strings.TrimPrefix(picture.MediaType, "image/")+`"`)
	_, _ = w.Write(picture.Body) // fails only when the client has disconnected
}
