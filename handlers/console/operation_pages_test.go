package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

func TestSettingsSayWhereTheyCameFrom(t *testing.T) {
	f := newFixture(t, func(c *console.Config) {
		c.Settings = []console.Setting{
			{Name: "issuer", Value: "https://id.example", Kind: console.VariableSetting, From: "GATEHOUSE_ISSUER"},
			{Name: "secret", Hidden: true, Kind: console.VariableSetting, From: "GATEHOUSE_SECRET_FILE"},
			{Name: "tls_cert", Variable: "GATEHOUSE_TLS_CERT", About: "`GATEHOUSE_TLS_CERT` and `GATEHOUSE_TLS_KEY` are PEM files.", Kind: console.DefaultSetting},
			{Name: "tls_key", Variable: "GATEHOUSE_TLS_KEY", About: "`GATEHOUSE_TLS_CERT` and `GATEHOUSE_TLS_KEY` are PEM files.", Kind: console.DefaultSetting},
			{Name: "log_level", Value: "info", Kind: console.DefaultSetting},
		}
	})
	b := f.signIn(f.user("root", account.RoleAdmin))
	page := b.get("/admin/settings").Body.String()
	for _, want := range []string{"<code>https://id.example</code>", "GATEHOUSE_SECRET_FILE", "<code>log_level</code>"} {
		assert.Contains(t, page, want)
	}
	const text = "<code>GATEHOUSE_TLS_CERT</code> and <code>GATEHOUSE_TLS_KEY</code> are PEM files."
	assert.Equal(t, 1, strings.Count(page, text), "once for both")
	assert.Contains(t, page, `<tr id="GATEHOUSE_TLS_CERT"><th scope="row"><a href="#GATEHOUSE_TLS_CERT"><code>tls_cert</code></a>`)
	sought := b.get("/admin/settings?search=gatehouse_tls_key+are+pem").Body.String()
	assert.Contains(t, sought, `id="GATEHOUSE_TLS_KEY"`)
	assert.NotContains(t, sought, "log_level")
	assert.Contains(t, b.get("/admin/settings?search=GATEHOUSE_TLS_C").Body.String(), text)
	given := b.get("/admin/settings?given=1").Body.String()
	assert.NotContains(t, given, "log_level")
	assert.Contains(t, given, "issuer")
	assert.Contains(t, b.get("/admin/settings?search=GATEHOUSE_LOG").Body.String(), "<code>log_level</code>")
	assert.Contains(t, b.get("/admin/settings?"+url.Values{"search": {hostile}}.Encode()).Body.String(), "No setting matches")
	assert.NotContains(t, b.get("/admin/settings?"+url.Values{"search": {hostile}}.Encode()).Body.String(), "<script>alert")
}

func TestBrandIsPreviewed(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	show := func(name, color string) (int, string) {
		w := b.get("/admin/branding?" + url.Values{"brand_name": {name}, "brand_color": {color}}.Encode())
		return w.Code, w.Body.String()
	}
	_, page := show("O'Hara", "#8a1538")
	assert.Contains(t, page, `GATEHOUSE_BRAND_NAME=&#39;O&#39;\&#39;&#39;Hara&#39;`)
	assert.Contains(t, page, "brand_color: &#34;#8a1538&#34;")
	assert.Contains(t, page, `href="/admin/branding/preview.css?color=%238a1538"`)
	code, page := show(hostile, "#8a1538")
	assert.Equal(t, http.StatusOK, code)
	assert.NotContains(t, page, "<script>alert")
	code, page = show("Example", "#ffff00")
	assert.Equal(t, http.StatusUnprocessableEntity, code)
	assert.Contains(t, page, "would do", "a color that can be read is named")
	assert.NotContains(t, page, "GATEHOUSE_BRAND_NAME=")
	assert.Contains(t, page, `value="#ffff00"`)
	code, _ = show("0123456789012345678901234567890123456789x", "")
	assert.Equal(t, http.StatusUnprocessableEntity, code)
	assert.Contains(t, b.get("/admin/branding").Body.String(), "Type a name or a color")
}

// The stylesheet has nothing of what was typed but a color that was parsed.
func TestPreviewTakesOnlyAColor(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	w := b.get("/admin/branding/preview.css?color=%238a1538")
	assert.Equal(t, "text/css; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Contains(t, w.Body.String(), "--accent:#8a1538")
	for _, text := range []string{"", "red;}body{display:none", "#ffff00"} {
		w := b.get("/admin/branding/preview.css?" + url.Values{"color": {text}}.Encode())
		assert.Equal(t, http.StatusOK, w.Code)
		assert.NotContains(t, w.Body.String(), "body")
		assert.NotContains(t, w.Body.String(), "#ffff00")
	}
}

func TestImportsAreListed(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	page := b.get("/admin/imports").Body.String()
	assert.Contains(t, page, "Nothing was imported yet")
	assert.Contains(t, page, "gatehouse import keycloak realm.json --dry-run")
	now := *f.now.Load()
	require.NoError(t, f.store.AppendRecord(t.Context(), audit.Record{
		ID: f.id(), At: now, Action: audit.UserImport, Outcome: audit.Done, Actor: audit.Actor{Kind: audit.OperatingSystemUser, ID: "deploy", Host: "db1"}, Target: audit.Target{Type: audit.User},
		Changes: audit.Details(map[string]any{"imported": 17, "ids": []string{"a", "b"}, "source": "keycloak", "file": hostile, "first_line": 1, "last_line": 20}),
	}))
	page = b.get("/admin/imports").Body.String()
	for _, want := range []string{"user.import", `<td class="number" data-label="Number">17</td>`, "keycloak", "lines 1 to 20", "deploy", "db1"} {
		assert.Contains(t, page, want)
	}
	assert.NotContains(t, page, "<script>alert")
}

func TestImportsShowHowFarTheyAre(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	now := *f.now.Load()
	run := imports.History{
		ID: f.id(), Command: "users", File: hostile, Actor: audit.Actor{Kind: audit.OperatingSystemUser, ID: hostile, Host: "db1"}, BeganAt: now, SeenAt: now,
		ReadBytes: 420, TotalBytes: 1000, Count: imports.Count{Read: 1234, Imported: 1200, Refused: 34}, Faults: []string{"user 4 (carl): /email: " + hostile},
	}
	require.NoError(t, f.store.AddImport(t.Context(), run))
	const going, meta = " data-refresh>", `<meta http-equiv="refresh"`
	page := b.get("/admin/imports").Body.String()
	for _, want := range []string{going, meta, `max="100" value="42"></progress>`, "42 % of the source", "1,234 read", "1,200 imported", "34 refused", "user 4 (carl): /email:", ">running<", "--refused FILE"} {
		assert.Contains(t, page, want)
	}
	assert.NotContains(t, page, "<script>alert")
	f.later(time.Minute)
	assert.Contains(t, b.get("/admin/imports").Body.String(), ">running<")
	f.later(time.Second)
	page = b.get("/admin/imports").Body.String()
	for _, want := range []string{">stopped<", "It has said nothing since 08:00", "Run the same command again"} {
		assert.Contains(t, page, want)
	}
	for _, gone := range []string{going, meta, "<progress"} {
		assert.NotContains(t, page, gone)
	}
	run.EndedAt, run.Result = f.now.Load(), imports.Done
	require.NoError(t, f.store.UpdateImport(t.Context(), run))
	page = b.get("/admin/imports").Body.String()
	assert.Contains(t, page, ">done<")
	assert.NotContains(t, page, going)
	assert.NotContains(t, b.get("/admin/settings").Body.String(), meta)
}

// Nobody without a role reads or sends anything here.
func TestOperationIsForAdministratorsAndAuditors(t *testing.T) {
	f := newFixture(t, nil)
	nobody, auditor := f.signIn(f.user("nobody")), f.signIn(f.user("auditor", account.RoleAuditor))
	for _, path := range []string{"/audit", "/audit/export", "/webhooks", "/outbox", "/limits", "/limits/page-prefix", "/imports", "/branding", "/branding/preview.css", "/settings"} {
		assert.Equal(t, http.StatusTeapot, nobody.get("/admin"+path).Code, path)
		assert.Equal(t, http.StatusOK, auditor.get("/admin"+path).Code, path)
	}
}
