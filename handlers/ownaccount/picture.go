package ownaccount

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/picture"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// picturePath is the path of a user's picture; empty where there is none, or another server has it: a page must not
// tell that server who looks at it.
func (o *OwnAccount) picturePath(u *account.User) string {
	path, own := strings.CutPrefix(u.Profile.Picture, o.Issuer)
	if !own || !strings.HasPrefix(path, picture.Path) {
		return ""
	}
	return path
}

// serveUpload receives a picture.
func (o *OwnAccount) serveUpload(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	_, file, err := o.Web.ReadUpload(r, s.User.ID, "picture", picture.MaxUpload)
	var square []byte
	if err == nil {
		square, err = o.Pictures.Prepare(r.Context(), file)
	}
	var problem pages.AccountProblem
	switch {
	case errors.Is(err, websession.ErrFileSize), errors.Is(err, picture.ErrSize):
		problem = pages.PictureLarge
	case errors.Is(err, picture.ErrFormat):
		problem = pages.PictureInvalid
	case err != nil:
		return err
	}
	if problem != "" {
		canonical.From(r.Context()).Outcome("invalid")
		page := o.profilePage(w, r, s, s.User.Profile, nil)
		page.PictureProblem = problem
		return o.Pages.For(r).OwnProfile(w, http.StatusUnprocessableEntity, page)
	}
	_, err = o.Profiles.ChangePicture(r.Context(), s.User.ID, func(ctx context.Context) (string, error) {
		return o.Pictures.Put(ctx, s.User.ID, square)
	})
	if err != nil {
		return err
	}
	return o.done(w, r, s, profilePath, pages.OwnSaid{Done: pages.OwnPictureSaved})
}

// serveRemoval removes the picture.
func (o *OwnAccount) serveRemoval(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	if _, err := o.readForm(r, s); err != nil {
		return err
	}
	_, err := o.Profiles.ChangePicture(r.Context(), s.User.ID, func(ctx context.Context) (string, error) {
		return "", o.Pictures.Remove(ctx, s.User.ID)
	})
	if err != nil {
		return err
	}
	return o.done(w, r, s, profilePath, pages.OwnSaid{Done: pages.OwnPictureRemoved})
}

// servePicture serves a picture to whoever has its URL, also in pages of applications. It was written here pixel by
// pixel; opened on its own it is sandboxed all the same.
func (o *OwnAccount) servePicture(w http.ResponseWriter, r *http.Request) error {
	found, err := o.Pictures.Find(r.Context(), mux.Vars(r)["name"])
	if errors.Is(err, provider.ErrNotFound) {
		return noPage(r)
	}
	if err != nil {
		return err
	}
	h := w.Header()
	tag := wire.Tag(found.Body)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", tag)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if wire.NotModified(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", found.MediaType)
	h.Set("Content-Length", strconv.Itoa(len(found.Body)))
	h.Set("Content-Disposition", `inline; filename="picture.jpg"`)
	_, _ = w.Write(found.Body) // fails only when the client has disconnected
	return nil
}
