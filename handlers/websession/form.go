package websession

import (
	"encoding/binary"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// TokenField is the field of a form that contains its token.
const TokenField = "page"

// tokenLifetime is how long a user may take to submit a form.
const tokenLifetime = time.Hour

// FormToken is the proof that a form was shown in this browser, for a page that has no other sealed
// value.
func (s *Sessions) FormToken(w http.ResponseWriter, r *http.Request) string {
	shownAt := s.Clock.Now(r.Context()).Unix()
	return s.Seal(w, r, formToken, binary.BigEndian.AppendUint64(nil, uint64(shownAt))) //nolint:gosec // after 1970
}

// ErrOtherUser: the form was not shown to the user who is signed in now.
var ErrOtherUser = errors.New("websession: a form that was not shown to this user")

// UserToken is FormToken for a page about the account of a user who is signed in.
func (s *Sessions) UserToken(w http.ResponseWriter, r *http.Request, user provider.ID) string {
	shownAt := s.Clock.Now(r.Context()).Unix()
	return s.Seal(w, r, userToken, binary.BigEndian.AppendUint64(user[:], uint64(shownAt))) //nolint:gosec // after 1970
}

// ReadUserForm reads a form of such a page, as ReadForm does. It returns ErrOtherUser when it was shown to another user,
// or by an earlier version: whoever signed in as somebody else in another tab must not change that account by what was
// typed for the first one.
func (s *Sessions) ReadUserForm(r *http.Request, user provider.ID) (url.Values, error) {
	values, shown, err := s.ReadShownForm(r)
	if err == nil && shown != user {
		err = ErrOtherUser
	}
	if err != nil {
		return nil, err
	}
	return values, nil
}

// ReadShownForm is ReadUserForm for a page that carries nothing out, as nobody is signed in by now. It returns to whom
// the form was shown in this browser, or ErrOtherUser where that cannot be told.
func (s *Sessions) ReadShownForm(r *http.Request) (values url.Values, user provider.ID, err error) {
	values, err = s.ReadForm(r, func(values url.Values) bool {
		_, shownAt, err := s.openUserToken(r, values)
		return err == nil && s.recent(r, shownAt)
	})
	if err != nil {
		return nil, user, err
	}
	if user, _, err = s.openUserToken(r, values); err != nil {
		return nil, user, errors.Join(ErrOtherUser, err)
	}
	return values, user, nil
}

func (s *Sessions) openUserToken(r *http.Request, values url.Values) (user provider.ID, shownAt time.Time, err error) {
	plain, err := s.Open(r, userToken, values.Get(TokenField))
	if err != nil {
		return user, shownAt, err
	}
	if len(plain) != len(user)+8 {
		return user, shownAt, ErrForeign
	}
	return provider.ID(plain[:len(user)]), time.Unix(int64(binary.BigEndian.Uint64(plain[len(user):])), 0), nil //nolint:gosec // sealed here
}

// recent tells whether a form that was shown then may be sent by a browser that does not say where it was.
func (s *Sessions) recent(r *http.Request, shownAt time.Time) bool {
	return s.Clock.Now(r.Context()).Sub(shownAt) <= tokenLifetime
}

// ReadForm reads a form of one of this server's own pages. Another site must not sign users in or
// out, or agree for them: it could make a victim work in the attacker's account. A form whose Origin is null, in a
// browser without Fetch Metadata, has to bring a value that was sealed for the browser: the token, or another
// one, of which shown tells whether it opens; nil: the page has none. Of other forms no value is asked: Sec-Fetch-Site
// or Origin says that they are of this server. A request with neither is of a program: browsers send Origin with
// every form that is posted.
func (s *Sessions) ReadForm(r *http.Request, shown func(values url.Values) bool) (url.Values, error) {
	elsewhere := s.origin.Check(r)
	refused := refusal.New(refusal.AccessDenied, refusal.CheckCrossSite, "The form was sent from another site.").Because(elsewhere)
	if elsewhere != nil && !originWithheld(r) {
		return nil, refused
	}
	values, err := wire.Form(r)
	if err != nil {
		return nil, err
	}
	// Other sites cannot read the cookie that values are sealed for, and their forms do not send it.
	if elsewhere != nil && !s.hasToken(r, values) && (shown == nil || !shown(values)) {
		return nil, refused
	}
	return values, nil
}

func (s *Sessions) hasToken(r *http.Request, values url.Values) bool {
	plain, err := s.Open(r, formToken, values.Get(TokenField))
	if err != nil || len(plain) != 8 {
		return false
	}
	return s.recent(r, time.Unix(int64(binary.BigEndian.Uint64(plain)), 0)) //nolint:gosec // sealed here
}

// originWithheld: the browser does not say where the form was. That may be a page of this server,
// in a browser without Fetch Metadata that sends no referrer, or a frame of another site.
func originWithheld(r *http.Request) bool {
	return r.Header.Get("Origin") == "null" && r.Header.Get("Sec-Fetch-Site") == ""
}
