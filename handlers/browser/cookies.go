package browser

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"

	"github.com/gatehouse-id/gatehouse/provider/session"
)

// The cookies. With https their names begin with __Host-, which browsers accept from this host
// only: another host of the domain cannot set them (session fixation).
const (
	sessionCookie = "gatehouse_session"
	binderCookie  = "gatehouse_flow"
	deviceCookie  = "gatehouse_device"
)

func (b *Browser) cookieName(name string) string {
	if b.secure {
		return "__Host-" + name
	}
	return name
}

func (b *Browser) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(b.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie sets a session cookie, or deletes it when value is empty.
func (b *Browser) setCookie(w http.ResponseWriter, name, value string) {
	age := 0
	if value == "" {
		age = -1
	}
	b.setLongCookie(w, name, value, age)
}

// setLongCookie sets a cookie that lives for age seconds; 0 means until the browser is closed.
// SameSite=Lax: the browser sends it when an application leads the user here, but not with forms
// of other sites.
func (b *Browser) setLongCookie(w http.ResponseWriter, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure is impossible over plain http, in development
		Name: b.cookieName(name), Value: value, Path: "/", MaxAge: age,
		Secure: b.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// binder is the random value that flows of this browser are bound to; the first page of the first
// flow sets it.
func (b *Browser) binder(w http.ResponseWriter, r *http.Request) string {
	if value := b.cookie(r, binderCookie); len(value) == 43 {
		return value
	}
	var raw [32]byte
	if _, err := io.ReadFull(b.Random, raw[:]); err != nil {
		panic("browser: no randomness: " + err.Error())
	}
	value := base64.RawURLEncoding.EncodeToString(raw[:])
	b.setCookie(w, binderCookie, value)
	return value
}

func isNone(err error) bool { return errors.Is(err, session.ErrNone) }
