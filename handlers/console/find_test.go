package console_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// find pastes a text.
func (b *browser) find(text string) *httptest.ResponseRecorder {
	b.t.Helper()
	before := b.statements.Load()
	w := b.post("/admin/find", url.Values{"find": {text}})
	require.LessOrEqual(b.t, b.statements.Load()-before, int64(mostStatements))
	return w
}

func TestFindLeadsToWhatWasPasted(t *testing.T) {
	f := newFixture(t, nil)
	b, alice, c := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice"), f.storedClient("mail")
	p := f.issue(c, alice)
	phone := f.signIn(alice)
	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.UserSignIn}, 1)
	require.NoError(t, err)
	errorID := f.records.ID(refusal.Record{At: *f.now.Load(), Code: refusal.InvalidClient, Check: refusal.CheckClientSecret})
	token, user := "/admin/tokens/"+p.ID.String(), "/admin/users/"+alice.ID.String()
	for text, path := range map[string]string{
		p.AccessToken: token, p.RefreshToken: token, p.ID.String(): token, " " + strings.ToUpper(p.ID.String()) + "\n": token,
		"alice": user, "Alice@example.com": user, alice.ID.String(): user, alice.Subject: user, "ali": user,
		"mail": "/admin/clients/mail", phone.sessionID().String(): "/admin/sessions/" + phone.sessionID().String(),
		records[0].ID.String(): "/admin/audit/" + records[0].ID.String(),
		errorID:                "/admin/explain?error=" + errorID, "https://id.example/errors/" + errorID: "/admin/explain?error=" + errorID,
	} {
		assert.Equal(t, path, location(t, b.find(text)), text)
	}
	for _, cookie := range phone.cookies {
		if strings.HasPrefix(cookie.Value, "gh_se_") {
			assert.Equal(t, "/admin/sessions/"+phone.sessionID().String(), location(t, b.find(cookie.Value)))
		}
	}
}

func TestFindShowsSeveralAndNothing(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.user("anna")
	f.user("anton")
	f.storedClient("answers")
	page := b.find("an").Body.String()
	assert.Contains(t, page, ">anna<")
	assert.Contains(t, page, ">The answers<", "clients are found by how they begin, too")
	assert.Contains(t, page, ">anton<")
	none := b.find(`"><script>alert(1)</script>`).Body.String()
	assert.Contains(t, none, "Nothing here has that name")
	assert.NotContains(t, none, "<script>alert")
	assert.Equal(t, http.StatusOK, b.find("").Code)
	assert.Equal(t, http.StatusOK, b.find(strings.Repeat("a", 9000)).Code)
	assert.Equal(t, http.StatusOK, b.get("/admin/find").Code)
}

// What a token says is shown, and the token itself never again.
func TestFindDecodesAJWTAndShowsNoCredentialAgain(t *testing.T) {
	f := newFixture(t, nil)
	b, p := f.signIn(f.user("root", account.RoleAdmin)), f.issue(f.storedClient("mail"), nil)
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	jwt := part(`{"alg":"ES256"}`) + "." + part(`{"sub":"<script>","iss":"https://elsewhere.example"}`) + ".c2lnbmF0dXJl"
	page := b.find(jwt).Body.String()
	assert.Contains(t, page, "https://elsewhere.example")
	assert.Contains(t, page, "&lt;script&gt;")
	assert.Contains(t, page, "No access or refresh token of this server has this value")
	assert.NotContains(t, page, jwt)
	cut := p.AccessToken[:len(p.AccessToken)-1]
	page = b.find(cut).Body.String()
	assert.Contains(t, page, "cut off")
	assert.NotContains(t, page, cut)
	other := p.AccessToken[:len(p.AccessToken)-8] + "AAAAAAAA"
	assert.NotContains(t, b.find(other).Body.String(), other)
}

// The palette of the script asks for the list.
func TestFindAnswersInJSON(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	form := url.Values{"find": {"alice"}, "page": {b.token()}}
	r := b.request(http.MethodPost, "/admin/find", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Origin", issuer)
	var answer struct {
		Matches []map[string]string `json:"matches"`
	}
	require.NoError(t, json.Unmarshal(b.send(r).Body.Bytes(), &answer))
	assert.Equal(t, []map[string]string{{"what": "User", "name": "alice", "path": "/admin/users/" + alice.ID.String()}}, answer.Matches)
}

// Another site cannot have a browser ask.
func TestFindIsForOwnPages(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	assert.Equal(t, http.StatusTeapot, b.postFrom("https://evil.example", "/admin/find", url.Values{"find": {"root"}}).Code)
	assert.Equal(t, http.StatusTeapot, f.signIn(f.user("nobody")).post("/admin/find", url.Values{"find": {"root"}}).Code)
	assert.Equal(t, http.StatusSeeOther, f.signIn(f.user("auditor", account.RoleAuditor)).post("/admin/find", url.Values{"find": {"root"}}).Code)
}

func TestExplainSaysWhatWasCompared(t *testing.T) {
	f := newFixture(t, nil)
	b, c := f.signIn(f.user("root", account.RoleAdmin)), f.storedClient("mail")
	id := f.records.ID(refusal.Record{
		At: *f.now.Load(), Code: refusal.InvalidScope, Check: refusal.CheckScope, ClientID: c.ID, Field: refusal.FieldScope, Expected: "openid read", Received: `"><script>`,
	})
	for _, pasted := range []string{id, "https://id.example/errors/" + id, " https://app.example/cb?code=once&error_uri=" + url.QueryEscape("https://id.example/errors/"+id) + "&state=kept"} {
		answer := b.post("/admin/explain", url.Values{"error": {pasted}})
		assert.Equal(t, "/admin/explain?error="+id, location(t, answer), "of what was pasted, the error id alone is in an address")
		page := b.done(answer)
		for _, shown := range []string{"invalid_scope", "The mail", "openid read", "&lt;script&gt;", "read"} {
			assert.Contains(t, page, shown)
		}
	}
	for _, wrong := range []*httptest.ResponseRecorder{b.get("/admin/explain?error=" + id[1:]), b.post("/admin/explain", url.Values{"error": {id[1:]}})} {
		assert.Equal(t, http.StatusUnprocessableEntity, wrong.Code)
		assert.Contains(t, wrong.Body.String(), `aria-invalid="true"`)
		assert.Contains(t, wrong.Body.String(), "cut off")
	}
	assert.Contains(t, b.get("/admin/explain").Body.String(), "Paste it here")
}

// What was pasted stands in no address: neither in one that the page leads to, nor in a link or a hidden field of it.
func TestExplainKeepsAddressesOutOfAddresses(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	page := b.post("/admin/explain", url.Values{"error": {"https://app.example/cb#access_token=secret"}}).Body.String()
	assert.Equal(t, 1, strings.Count(page, "access_token=secret"), "in the field alone")
	assert.Contains(t, page, `method="post" action="/admin/explain"`)
	assert.Equal(t, http.StatusTeapot, b.postFrom("https://evil.example", "/admin/explain", url.Values{"error": {"x"}}).Code)
}

// Error pages show the id of the request, which is in the log alone.
func TestARequestIDIsSaidToBeOne(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	const id = "0123456789abcdef0123456789abcdef"
	assert.Contains(t, b.find(id).Body.String(), "It looks like a request id")
	assert.NotContains(t, b.find(id[1:]).Body.String(), "request id")
	assert.Contains(t, b.post("/admin/explain", url.Values{"error": {id}}).Body.String(), "It looks like a request id")
}

// The reasons of refusals on the first page lead to what they mean.
func TestReasonsLeadToTheirMeaning(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	hour := statistics.HourOf(*f.now.Load())
	require.NoError(t, f.store.AddFigures(t.Context(), []statistics.Figure{
		{Hour: hour, Series: statistics.Refusals, Label: string(refusal.CheckScope), Count: 3}, {Hour: hour, Series: statistics.Refusals, Label: statistics.Other, Count: 2},
	}, nil))
	overview := b.get("/admin").Body.String()
	const path = "/admin/explain?check=" + string(refusal.CheckScope)
	assert.Contains(t, overview, `<a href="`+path+`"><code>scope</code></a>`)
	assert.NotContains(t, overview, "check=other", "which is several")
	meaning := refusal.NewCatalogue(refusal.Limits{}).Explain(refusal.CheckScope)
	page := b.get(path).Body.String()
	assert.Contains(t, page, meaning.Title)
	assert.NotContains(t, page, "0001", "it happened at no time")
	assert.NotContains(t, b.get("/admin/explain?check=nothing").Body.String(), `id="meaning"`)
}
