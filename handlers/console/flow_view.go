package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// valueRow is a parameter, a claim or a member, with what it means.
type valueRow struct {
	Name, Value, Meaning string
	// At is the time that it is; zero: it is none.
	At time.Time
}

// described are parameters with what they mean in a language.
func described(language string, list []curl.Pair) []valueRow {
	means, rows := transcript.Meanings(language), make([]valueRow, len(list))
	for i, p := range list {
		rows[i] = valueRow{Name: p.Name, Value: p.Value, Meaning: means[p.Name]}
	}
	return rows
}

func describedMembers(language string, in *time.Location, list []transcript.Member) []valueRow {
	means, rows := transcript.Meanings(language), make([]valueRow, len(list))
	for i, m := range list {
		rows[i] = valueRow{Name: m.Name, Value: m.Text(), Meaning: means[m.Name]}
		if n, ok := m.Seconds(); ok && m.IsTime() {
			rows[i].At = time.Unix(n, 0).In(in)
		}
	}
	return rows
}

// exchangeView is a request and its answer.
type exchangeView struct {
	Request, Command, Answer string
	Good, TooLarge           bool
	Parameters, Members      []valueRow
	// Error is the code of a refusal, and ErrorID what explains it; empty: it was none, or not of this server.
	Error, Description, ErrorID string
}

func (c *Console) exchangeView(r *http.Request, v *viewer, request transcript.Request, answer transcript.Answer) exchangeView {
	shown, language := masked(request), c.pages.For(r).Language()
	view := exchangeView{
		Request: shown.HTTP(), Command: shown.Command(), Answer: answer.HTTP(), Good: answer.OK(), TooLarge: answer.Cut,
		Parameters: described(language, shown.Form), Members: describedMembers(language, v.zone(), transcript.Members(answer.Body)),
	}
	for _, m := range view.Members {
		switch m.Name {
		case "error":
			view.Error = m.Value
		case "error_description":
			view.Description = m.Value
		case "error_uri":
			view.ErrorID = c.errorID(m.Value)
		}
	}
	return view
}

// errorID is the id in an error_uri; empty: it is not of this server.
func (c *Console) errorID(uri string) string {
	id := refusal.IDIn(uri)
	if _, err := c.Refusals.Open(id); err != nil {
		return ""
	}
	return id
}

// tokenView is a token that a run has.
type tokenView struct {
	// Name is that of the member of the token response.
	Name, Text string
	// Header and Claims are those of a JWT; nil: the token is opaque.
	Header, Claims []valueRow
	// Findings are what verifying it came to, and Good whether all are good; Malformed: it is no token that can be.
	Findings        []transcript.Finding
	Good, Malformed bool
	// Path is the page of the console about it; empty: there is none.
	Path string
}

// tokenViews are the tokens of a run, decoded and verified.
func (c *Console) tokenViews(r *http.Request, v *viewer, of run) ([]tokenView, error) {
	answer, err := c.send(r, transcript.Request{Method: http.MethodGet, URL: c.Provider.Keys})
	if err != nil {
		return nil, err
	}
	expected := transcript.Expected{Issuer: c.Provider.Issuer, Now: c.now(r)}
	if json.Unmarshal(answer.Body, &expected.Keys) != nil {
		expected.Keys = jose.JSONWebKeySet{} // which verifies nothing
	}
	asID := expected
	asID.Audience, asID.Nonce, asID.AccessToken = of.Client, of.Nonce, of.Access
	language := c.pages.For(r).Language()
	var views []tokenView
	for _, kind := range []struct {
		name, text string
		expected   transcript.Expected
	}{{"id_token", of.ID, asID}, {"access_token", of.Access, expected}, {"refresh_token", of.Refresh, expected}} {
		if kind.text == "" {
			continue
		}
		view := viewOf(language, v.zone(), kind.name, kind.text, kind.expected)
		if kind.name == "access_token" {
			id, _, err := c.Tokens.Identify(r.Context(), kind.text)
			switch {
			case err == nil:
				view.Path = tokensPath + "/" + id.String()
			case !errors.Is(err, grant.ErrInactive):
				return nil, err
			}
		}
		views = append(views, view)
	}
	return views, nil
}

func viewOf(language string, in *time.Location, name, text string, expected transcript.Expected) tokenView {
	view := tokenView{Name: name, Text: text}
	header, claims, ok := transcript.Decoded(text)
	if !ok {
		return view
	}
	view.Header, view.Claims = describedMembers(language, in, header), describedMembers(language, in, claims)
	findings, err := transcript.Verify(text, expected)
	view.Findings, view.Malformed, view.Good = findings, err != nil, err == nil
	for _, f := range findings {
		view.Good = view.Good && f.Good
	}
	return view
}
