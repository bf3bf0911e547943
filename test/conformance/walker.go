package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// walkTime is how long a page may take to lead back to the suite.
const walkTime = 30 * time.Second

// walker is a window of a Chromium that visits the pages of one module. Session management needs one: the suite's own
// browser cannot post messages between frames.
type walker struct {
	ctx   context.Context // it is the window, to chromedp
	close context.CancelFunc
	suite string
}

func openWalker(ctx context.Context, suite string) (*walker, error) {
	binary, err := services.FindChromium()
	if err != nil {
		return nil, err
	}
	profile, err := services.BrowserProfile("gatehouse-conformance-browser-")
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(binary), chromedp.UserDataDir(profile), chromedp.NoSandbox,
		chromedp.Flag("ignore-certificate-errors", true), // as the suite's own browser does
	)
	allocator, end := chromedp.NewExecAllocator(ctx, options...)
	window, closeWindow := chromedp.NewContext(allocator)
	w := &walker{ctx: window, suite: suite, close: func() {
		closeWindow()
		end()
		_ = os.RemoveAll(profile)
	}}
	if err := chromedp.Do(window); err != nil { // the browser lives as long as the context of the first action
		w.close()
		return nil, fmt.Errorf("start %s: %w", binary, err)
	}
	return w, nil
}

// step does what a person would on the page that is shown, by the ids that scripts can rely on, and tells where it is.
const step = `(() => {
	const named = (name, value) => { const f = document.querySelector('[name=' + name + ']'); if (f) f.value = value; };
	const press = id => { const b = document.getElementById(id); if (b && !b.dataset.pressed) { b.dataset.pressed = '1'; b.click(); } };
	if (document.getElementById('login-page')) { named('username', %q); named('password', %q); press('login-submit'); }
	press('return-continue');
	press('consent-accept');
	press('logout-confirm');
	return location.href;
})()`

// walk visits a page and goes on until it is back at the suite.
func (w *walker) walk(page string) (at string, err error) {
	ctx, cancel := context.WithTimeout(w.ctx, walkTime)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(page)); err != nil {
		return "", err
	}
	for {
		// A page that is being left has nothing to evaluate.
		now, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(step, conformance.Username, conformance.Password)))
		if err == nil {
			at = now
		}
		if strings.HasPrefix(at, w.suite) {
			return at, nil
		}
		select {
		case <-ctx.Done():
			return at, fmt.Errorf("the browser is at %s after %s", at, walkTime)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
