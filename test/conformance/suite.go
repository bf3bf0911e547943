package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Bounds of one exchange with the suite: logs with pages in them are large.
const (
	suiteTimeout = time.Minute
	maxAnswer    = 64 << 20
)

// suite is the REST API of a conformance suite.
type suite struct {
	base  string
	token string // empty for a suite in its development mode
	http  *http.Client
}

// started is a plan that the suite made of a configuration.
type started struct {
	ID      string   `json:"id"`
	Modules []module `json:"modules"`
}

// module is a test of a plan. The same one may be there several times, with other variants.
type module struct {
	Name    string            `json:"testModule"`
	Variant map[string]string `json:"variant"`
}

// test is a module that runs, or ran.
type test struct {
	Status string `json:"status"`
	Result string `json:"result"`
}

// ended tells whether it has its result.
func (t test) ended() bool { return t.Status == "FINISHED" || t.Status == "INTERRUPTED" }

// entry is a line of the log of a module.
type entry struct {
	Source  string `json:"src"`
	Result  string `json:"result"`
	Message string `json:"msg"`
	Upload  string `json:"upload"` // a picture is to be uploaded to this placeholder
}

// pages are those that wait for a browser, and those that it has been to.
type pages struct {
	Waiting []string          `json:"urls"`
	Running []json.RawMessage `json:"runners"` // scripts of the suite's own browser
}

func (s *suite) version(ctx context.Context) (string, error) {
	var server struct {
		Version string `json:"version"`
	}
	return server.Version, s.call(ctx, http.MethodGet, "/api/server", nil, nil, &server)
}

func (s *suite) create(ctx context.Context, name string, variant map[string]string, configuration any) (started, error) {
	var made started
	query, err := variants(url.Values{"planName": {name}}, variant)
	if err != nil {
		return made, err
	}
	body, err := json.Marshal(configuration)
	if err != nil {
		return made, err
	}
	return made, s.call(ctx, http.MethodPost, "/api/plan", query, body, &made)
}

// start starts a module and returns the id of the test.
func (s *suite) start(ctx context.Context, plan string, m module) (string, error) {
	var made struct {
		ID string `json:"id"`
	}
	query, err := variants(url.Values{"test": {m.Name}, "plan": {plan}}, m.Variant)
	if err != nil {
		return "", err
	}
	return made.ID, s.call(ctx, http.MethodPost, "/api/runner", query, nil, &made)
}

// begin starts a test that waits for it, after it was started as a module.
func (s *suite) begin(ctx context.Context, id string) error {
	return s.call(ctx, http.MethodPost, "/api/runner/"+id, nil, nil, nil)
}

// wait returns when a test has ended, or after a while.
func (s *suite) wait(ctx context.Context, id string, while time.Duration) error {
	query := url.Values{"states": {"FINISHED,INTERRUPTED"}, "timeoutMs": {fmt.Sprint(while.Milliseconds())}}
	return s.call(ctx, http.MethodGet, "/api/runner/"+id+"/wait-state", query, nil, nil)
}

func (s *suite) test(ctx context.Context, id string) (t test, err error) {
	return t, s.call(ctx, http.MethodGet, "/api/info/"+id, nil, nil, &t)
}

func (s *suite) log(ctx context.Context, id string) (raw json.RawMessage, entries []entry, err error) {
	if err := s.call(ctx, http.MethodGet, "/api/log/"+id, nil, nil, &raw); err != nil {
		return nil, nil, err
	}
	return raw, entries, json.Unmarshal(raw, &entries)
}

func (s *suite) pages(ctx context.Context, id string) (p pages, err error) {
	return p, s.call(ctx, http.MethodGet, "/api/runner/browser/"+id, nil, nil, &p)
}

// visited tells the suite that a page was visited for it.
func (s *suite) visited(ctx context.Context, id, page string) error {
	return s.call(ctx, http.MethodPost, "/api/runner/browser/"+id+"/visit", url.Values{"url": {page}}, nil, nil)
}

// upload fills a placeholder with a picture, a data URL.
func (s *suite) upload(ctx context.Context, id, placeholder, picture string) error {
	return s.call(ctx, http.MethodPost, "/api/log/"+id+"/images/"+url.PathEscape(placeholder), nil, []byte(picture), nil)
}

// stop interrupts a test.
func (s *suite) stop(ctx context.Context, id string) error {
	return s.call(ctx, http.MethodDelete, "/api/runner/"+id, nil, nil, nil)
}

// report is the plan as a page with all of its logs, in a zip.
func (s *suite) report(ctx context.Context, plan string) (zip []byte, err error) {
	return s.bytes(ctx, http.MethodGet, "/api/plan/exporthtml/"+plan, nil, nil)
}

func variants(query url.Values, variant map[string]string) (url.Values, error) {
	if len(variant) == 0 {
		return query, nil
	}
	text, err := json.Marshal(variant)
	query.Set("variant", string(text))
	return query, err
}

// call makes a request whose answer is JSON. Nothing is repeated: a suite that does not answer is a
// failure of the run.
func (s *suite) call(ctx context.Context, method, path string, query url.Values, body []byte, into any) error {
	answer, err := s.bytes(ctx, method, path, query, body)
	if err != nil || into == nil {
		return err
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

func (s *suite) bytes(ctx context.Context, method, path string, query url.Values, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, suiteTimeout)
	defer cancel()
	address := s.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if bytes.HasPrefix(body, []byte("data:")) {
		r.Header.Set("Content-Type", "text/plain")
	}
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	got, err := s.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if !slices.Contains([]int{http.StatusOK, http.StatusCreated, http.StatusNoContent}, got.StatusCode) {
		return nil, fmt.Errorf("%s %s: status %d: %s", method, path, got.StatusCode, strings.TrimSpace(string(answer[:min(len(answer), 400)])))
	}
	return answer, nil
}
