package e2e_test

import (
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// journey is what an administrator does, from any page of the console on.
type journey struct {
	name string
	goes func(a *administrator)
}

// What administrators do, they can do by keyboard alone and by mouse: one walk each, over one session, from signing in to
// signing out.
func TestConsoleJourneys(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts, byInvitation, "GATEHOUSE_OUTBOUND_ALLOW=127.0.0.1")
	store := s.devStore(t)
	w := newWindow(t, s)
	w.do(chromedp.EmulateViewport(1024, 500))
	all := slices.Concat([]journey{{"sign in", (*administrator).signsInHere}}, peopleJourneys(), applicationJourneys(), operationJourneys(), endJourneys())
	for _, way := range []string{"mouse", "keyboard"} {
		t.Run(way, func(t *testing.T) {
			a := &administrator{window: w, keyboard: way == "keyboard", way: way, user: newUser(t, store, "walker-"+way)}
			for _, j := range all {
				t.Run(j.name, func(t *testing.T) { a.goes(t, j.goes) })
			}
		})
	}
}

func (a *administrator) signsInHere() {
	a.leaves(chromedp.Navigate(a.server.url + "/admin"))
	a.proves()
	a.on("overview")
}

// proves fills in the page that asks who it is.
func (a *administrator) proves() {
	a.t.Helper()
	a.sees("#login-page", "")
	a.fills("#username", "admin")
	a.fills("#password", "looking-glass")
	a.presses("#login-submit")
}

func endJourneys() []journey {
	return []journey{
		{"go on after the session has ended", func(a *administrator) {
			a.opens("/admin/scopes", "scopes")
			a.presses("#scope-new")
			a.fills("#name", "late:"+a.way)
			a.fills("#description", "Come late")
			store := a.server.devStore(a.t)
			admin, err := store.UserByLogin(a.t.Context(), "admin")
			require.NoError(a.t, err)
			_, err = store.EndSessions(a.t.Context(), admin.ID, time.Now())
			require.NoError(a.t, err)
			a.presses("#scope-submit")
			a.on("kept-form")
			a.inAnotherTab("#kept-prove", func(tab *administrator) { tab.proves() })
			a.presses("#kept-submit")
			a.said("is created")
		}},
		{"sign out", func(a *administrator) {
			a.presses(`.who a[href*="logout"]`)
			a.presses("#logout-confirm")
			a.sees("#logged-out", "")
			a.leaves(chromedp.Navigate(a.server.url + "/admin"))
			a.sees("#login-page", "")
		}},
	}
}
