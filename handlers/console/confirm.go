package console

import (
	"net/http"
	"net/url"
	"time"
)

// confirmation is the page before an act that cannot be undone.
type confirmation struct {
	shell

	// Kind is the name of its texts, confirm and it.
	Kind string
	// Name is what the act is about. It has to be typed where Typed is set: what ends with it cannot be brought back.
	Name  string
	Typed bool
	// Since is when that began which is to end; nil: nothing is told of it.
	Since *time.Time
	// Action is where the form goes, and Back the page that it was on.
	Action, Back string
	// With are the other fields of the form.
	With url.Values
	// Wrong: something else was typed.
	Wrong bool
}

// confirmField is the field with what was confirmed.
const confirmField = "confirm"

// confirmed tells whether the viewer has confirmed an act. If not, it has shown the page that asks for it, or returns
// the error of that.
func (c *Console) confirmed(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values, ask confirmation) (bool, error) {
	sent := trimmed(form, confirmField)
	if sent == ask.Name || !ask.Typed && sent != "" {
		return true, nil
	}
	ask.shell, ask.Action = c.shell(w, r, v, ask.Current), r.URL.EscapedPath()
	ask.Wrong = sent != ""
	status := http.StatusOK
	if ask.Wrong {
		status = http.StatusUnprocessableEntity
	}
	return false, c.pages.For(r).Write(w, status, "confirm", ask, ask.Back)
}
