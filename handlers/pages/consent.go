package pages

import (
	"net/http"
	"time"
)

// Consent is the page that asks a user whether an application may have access.
type Consent struct {
	Flow                                 string
	Client, ClientURI, PolicyURI, TOSURI string
	// Logo is the path of the application's logo, or empty.
	Logo     string
	Username string
	// Destination is the host that the response goes to.
	Destination string
	Scopes      []Scope
	// Audience names the resources that the access is for, or nothing.
	Audience []string
	Lasts    Lasts
	// EachTime: the user is asked each time, and nothing can be remembered.
	EachTime bool
}

// Scope is one thing to agree to. Without a description the page shows the name.
type Scope struct {
	Name, Description string
	// Claims, if any, are the requested parts of it.
	Claims []string
}

// Lasts is the maximum duration of an access.
type Lasts struct {
	For time.Duration
	// UntilSignOut: it ends with the session, if that ends earlier.
	UntilSignOut bool
}

// WaitFor is a time to wait, rounded up to a whole unit.
func WaitFor(d time.Duration) Lasts {
	unit := time.Second
	if d > 2*time.Minute {
		unit = time.Minute
	}
	return Lasts{For: max((d+unit-1)/unit, 1) * unit}
}

// Unit is the largest unit that the duration is a multiple of.
func (l Lasts) Unit() string {
	unit, _ := l.split()
	return unit
}

// Count is the duration in that unit.
func (l Lasts) Count() int64 {
	_, count := l.split()
	return count
}

func (l Lasts) split() (unit string, count int64) {
	const day = 24 * time.Hour
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"day", day}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if n := l.For / u.of; n > 0 && (l.For%u.of == 0 || n >= 10) {
			if n == 1 {
				return u.name, 1
			}
			return u.name + "s", int64(n)
		}
	}
	return "seconds", int64(l.For / time.Second)
}

// Consent writes the consent page.
func (s *Set) Consent(w http.ResponseWriter, page Consent) error {
	return s.writeForm(w, http.StatusOK, "consent", page, formPolicy)
}
