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
	// Unverified: the application registered itself, and nobody has checked who it is.
	Unverified bool
	// Host is that of the client_id of an application that is known by its metadata document alone; empty: it is
	// none. Local: the response to it goes to a program on the user's device, where any other can use its client_id.
	Host  string
	Local bool
}

// Scope is one thing to agree to. Without a description the page shows the name.
type Scope struct {
	Name, Description string
	// Standard: the description is that of the standard scope of this name, which pages have in
	// every language.
	Standard bool
	// Claims, if any, are the requested parts of it.
	Claims []string
}

// Lasts is the maximum duration of an access; zero: there is none.
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

// unit is the largest unit that the duration is a multiple of.
func (l Lasts) unit() string {
	unit, _ := l.split()
	return unit
}

// count is the duration in that unit.
func (l Lasts) count() int {
	_, count := l.split()
	return count
}

func (l Lasts) split() (unit string, count int) {
	const day = 24 * time.Hour
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"day", day}, {"hour", time.Hour}, {"minute", time.Minute}} {
		if n := l.For / u.of; n > 0 && (l.For%u.of == 0 || n >= 10) {
			return u.name, int(n)
		}
	}
	return "second", int(l.For / time.Second)
}

// Consent writes the consent page.
func (l Localized) Consent(w http.ResponseWriter, page Consent) error {
	return l.writeForm(w, http.StatusOK, "consent", page, formPolicy, &chooser{Flow: page.Flow})
}
