package e2e_test

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// mostPatience is how long an administrator waits for a page: the machine may have more to do than this.
const mostPatience = time.Minute

//go:embed testdata/stops.js
var stops string

//go:embed testdata/point.js
var point string

// administrator goes through the console by keyboard alone, or by mouse.
type administrator struct {
	*window

	keyboard bool
	// way is "keyboard" or "mouse", and part of the names of what belongs to this one alone.
	way string
	// user has a session, a passkey and a consent for demo-web.
	user *account.User
	// secret is that of the web application that this one has registered.
	secret string
}

// goes is one thing that an administrator does. Who fails is somewhere: the next one starts on the overview.
func (a *administrator) goes(t *testing.T, through func(a *administrator)) {
	t.Helper()
	outer := a.t
	a.t = t
	defer func() {
		a.t = outer
		if t.Failed() {
			ctx, cancel := context.WithTimeout(a.ctx, mostPatience)
			defer cancel()
			_, _ = chromedp.Run(ctx, chromedp.Navigate(a.server.url+"/admin"))
		}
	}()
	through(a)
}

// ask runs an action of an administrator, and tells what is seen in place of a page where it fails.
func ask[T any](a *administrator, action chromedp.Action[T]) T {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.ctx, mostPatience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		a.fails(err.Error())
	}
	return value
}

// fails ends what the administrator does.
func (a *administrator) fails(why string) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.ctx, 5*time.Second)
	defer cancel()
	seen, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname + ': ' + document.querySelector('main')?.innerText`))
	a.t.Fatalf("%s at %.300s", why, strings.Join(strings.Fields(seen), " "))
}

func (a *administrator) does(actions ...chromedp.Action[chromedp.Void]) {
	a.t.Helper()
	ask(a, chromedp.Steps(actions...))
}

// leaves does what leads to another page, and waits until all of that is there.
func (a *administrator) leaves(actions ...chromedp.Action[chromedp.Void]) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.ctx, mostPatience)
	defer cancel()
	answer, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		a.fails(err.Error())
	}
	if answer != nil && answer.Status >= 500 {
		a.fails(fmt.Sprintf("%s: %d", answer.URL, answer.Status))
	}
	a.does(chromedp.WaitReady(focusGiven))
}

// on: a page of the console is shown.
func (a *administrator) on(page string) {
	a.t.Helper()
	a.sees("main#console-"+page, "")
}

// said: the page says what was done.
func (a *administrator) said(text string) {
	a.t.Helper()
	a.sees("#said", text)
}

// sees: the page, all of which is there, has an element with a text.
func (a *administrator) sees(selector, text string) {
	a.t.Helper()
	shown := ask(a, chromedp.Evaluate[string](fmt.Sprintf(`(e => e?.checkVisibility() ? 'seen ' + e.textContent : '')(document.querySelector(%q))`, selector)))
	if shown == "" || !strings.Contains(shown, text) {
		a.fails(fmt.Sprintf("no %q in %s %.100q", text, selector, shown))
	}
}

// has: a field of the page has a value.
func (a *administrator) has(field, value string) {
	a.t.Helper()
	assert.Equal(a.t, value, ask(a, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%q).value`, field))), field)
}

// isAt: what is typed goes there.
func (a *administrator) isAt(selector string) bool {
	a.t.Helper()
	return ask(a, chromedp.Evaluate[bool](fmt.Sprintf(`document.activeElement.matches(%q)`, selector)))
}

// reaches goes to an element by Tab alone: past the navigation by the first link of the page.
func (a *administrator) reaches(selector string) {
	a.t.Helper()
	for range 40 { // a field for a time has a stop for each part of it
		way := ask(a, chromedp.Evaluate[struct {
			Tabs            int
			Skip, Hid, Seen bool
		}](fmt.Sprintf("%s(%q)", strings.TrimSpace(stops), selector)))
		switch {
		case way.Hid:
			a.fails("nobody can reach " + selector)
		case way.Skip:
			a.does(chromedp.KeyEvent(kb.Tab))
			assert.True(a.t, a.isAt(".skip"), "the first stop leads past the navigation")
			a.does(chromedp.KeyEvent(kb.Enter))
		case way.Tabs > 0:
			a.does(chromedp.KeyEvent(strings.Repeat(kb.Tab, way.Tabs)))
		case way.Tabs < 0:
			a.does(chromedp.KeyEvent(strings.Repeat(kb.Tab, -way.Tabs), chromedp.KeyModifiers(chromedp.ModifierShift)))
		default:
			assert.True(a.t, way.Seen, "nobody sees the focus on %s", selector)
			return
		}
	}
	a.fails("no way to " + selector)
}

// at is a click on what is seen of an element.
func (a *administrator) at(selector string) chromedp.Action[chromedp.Void] {
	a.t.Helper()
	seen := ask(a, chromedp.Evaluate[struct {
		X, Y   float64
		Hidden string
	}](fmt.Sprintf("%s(%q)", strings.TrimSpace(point), selector)))
	if seen.Hidden != "" {
		a.fails(fmt.Sprintf("nobody sees %s: %s", selector, seen.Hidden))
	}
	return chromedp.MouseClickXY(seen.X, seen.Y)
}

// clicks activates what stays on its page.
func (a *administrator) clicks(selector string) {
	a.t.Helper()
	if !a.keyboard {
		a.does(a.at(selector))
		return
	}
	a.reaches(selector)
	a.does(chromedp.KeyEvent(kb.Enter))
}

// presses activates a link or a button that leads to another page.
func (a *administrator) presses(selector string) {
	a.t.Helper()
	if !a.keyboard {
		a.leaves(a.at(selector))
		return
	}
	a.reaches(selector)
	a.leaves(chromedp.KeyEvent(kb.Enter))
}

// inAnotherTab does something where a link leads, and comes back.
func (a *administrator) inAnotherTab(link string, does func(tab *administrator)) {
	a.t.Helper()
	address := ask(a, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%q).href`, link)))
	ctx, closeTab := chromedp.NewContext(a.ctx)
	defer closeTab()
	w, tab := *a.window, *a
	w.ctx, tab.window = ctx, &w
	w.open()
	tab.leaves(chromedp.Navigate(address))
	does(&tab)
}

// checks changes a box.
func (a *administrator) checks(selector string) {
	a.t.Helper()
	if !a.keyboard {
		a.does(a.at(selector))
		return
	}
	a.reaches(selector)
	a.does(chromedp.KeyEvent(" "))
}

// fills replaces what a field has.
func (a *administrator) fills(selector, text string) {
	a.t.Helper()
	all := chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	if a.keyboard {
		a.reaches(selector)
		a.does(all, chromedp.KeyEvent(strings.ReplaceAll(text, "\n", kb.Enter)))
		return
	}
	a.does(a.at(selector), all, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error { // pasted
		_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// enters sends the form of the field that was filled.
func (a *administrator) enters() {
	a.t.Helper()
	a.leaves(chromedp.KeyEvent(kb.Enter))
}

// opens goes to a page of the navigation: by the palette, or by its link.
func (a *administrator) opens(path, page string) {
	a.t.Helper()
	link := fmt.Sprintf(`.side a[href=%q]`, path)
	if a.keyboard {
		a.finds(ask(a, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%q).textContent`, link))), path)
	} else {
		a.leaves(a.at(link))
	}
	a.on(page)
}

// finds goes by the palette to what is found there for a text.
func (a *administrator) finds(text, path string) {
	a.t.Helper()
	for a.isAt("input, textarea, select") {
		a.does(chromedp.KeyEvent(kb.Tab)) // where a slash is a slash
	}
	a.does(chromedp.KeyEvent("/"), chromedp.WaitVisible("#palette"), chromedp.KeyEvent(text), chromedp.WaitVisible(fmt.Sprintf(`#palette [data-path=%q]`, path)))
	for range 10 {
		if ask(a, chromedp.Evaluate[bool](fmt.Sprintf(`Boolean(document.querySelector('#palette [aria-selected=true][data-path=%q]'))`, path))) {
			break
		}
		a.does(chromedp.KeyEvent(kb.ArrowDown))
	}
	a.enters()
}

// confirms agrees to what cannot be undone, and types what is asked for.
func (a *administrator) confirms(typed string) {
	a.t.Helper()
	a.on("confirm")
	if typed != "" {
		a.fills("#confirm", typed)
	}
	a.presses("#console-confirm .danger")
}
