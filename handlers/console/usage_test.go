package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// The page of an application shows its own figures, of the time that is asked for.
func TestClientPageShowsItsUsage(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", nil)
	f.registered("robot", func(c *client.Client) {
		c.Type, c.GrantTypes, c.RedirectURIs = client.Backend, []client.GrantType{client.ClientCredentials}, nil
	})
	hour := statistics.HourOf(*f.now.Load())
	figure := func(id string, ago statistics.Hour, of statistics.Series, label string, n int64) statistics.ClientFigure {
		return statistics.ClientFigure{ClientID: id, Figure: statistics.Figure{Hour: hour - ago, Series: of, Label: label, Count: n}}
	}
	require.NoError(t, f.store.AddFigures(t.Context(), nil, []statistics.ClientFigure{
		figure("shop", 0, statistics.SignIns, statistics.ByPasskey, 1201), figure("shop", 0, statistics.RefusedSignIns, "wrong_password", 31),
		figure("shop", 1, statistics.Tokens, "refresh_token", 4321), figure("shop", 48, statistics.Tokens, "refresh_token", 1000),
		figure("shop", 2, statistics.Refusals, string(refusal.CheckRedirectURI), 17),
		figure("robot", 0, statistics.Tokens, "client_credentials", 77),
	}))
	page := b.get("/admin/clients/shop").Body.String()
	for _, want := range []string{
		"<strong>1,201</strong>", "Passkey <span", "<strong>31</strong>", "Wrong password <span", "<strong>4,321</strong>", "<strong>17</strong>",
		`<a href="/admin/explain?check=redirect_uri"><code>redirect_uri</code></a>`, `href="/admin/clients/shop?span=week#usage"`,
	} {
		assert.Contains(t, page, want)
	}
	assert.NotContains(t, page, "<strong>77</strong>")
	assert.NotContains(t, page, "the number is too low")
	assert.Contains(t, b.get("/admin/clients/shop?span=week").Body.String(), "<strong>5,321</strong>")

	service := b.get("/admin/clients/robot").Body.String()
	assert.Contains(t, service, "<strong>77</strong>")
	assert.NotContains(t, service, "figures-sign_ins", "nobody signs in to a service")
	assert.Contains(t, service, "No request was refused during this time.")

	require.NoError(t, f.store.AddFigures(t.Context(), nil, []statistics.ClientFigure{figure("", 0, statistics.Uncounted, "refusals", 1)}))
	service = b.get("/admin/clients/robot").Body.String()
	assert.Equal(t, 1, strings.Count(service, "the number is too low"), "in the one series")
	assert.NotContains(t, service, "No request was refused during this time.")
}

// All that was refused is in the list of reasons, which names the most frequent.
func TestReasonsAddUp(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", nil)
	var figures []statistics.ClientFigure
	for n, label := range append(numbered("check_%d", 10), statistics.Other) {
		figures = append(figures, statistics.ClientFigure{ClientID: "shop", Figure: statistics.Figure{Hour: statistics.HourOf(*f.now.Load()), Series: statistics.Refusals, Label: label, Count: int64(100 + n)}})
	}
	require.NoError(t, f.store.AddFigures(t.Context(), nil, figures))
	page := b.get("/admin/clients/shop").Body.String()
	assert.Contains(t, page, "<strong>1,155</strong>")
	assert.Contains(t, page, `<th scope="row">Other</th><td class="number">311</td>`) // 110 + 100 + 101
}

// A page is of a bounded size, however much there is to show.
func TestClientPageWithMuchUsageIsSmall(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", nil)
	hour := statistics.HourOf(*f.now.Load())
	var figures []statistics.ClientFigure
	for ago := range statistics.Hour(28 * 24) {
		for _, series := range statistics.OfClients() {
			for label := range 20 {
				figures = append(figures, statistics.ClientFigure{ClientID: "shop", Figure: statistics.Figure{Hour: hour - ago, Series: series, Label: fmt.Sprint("label-", label), Count: int64(1000*label) + int64(ago)}})
			}
		}
	}
	require.NoError(t, f.store.AddFigures(t.Context(), nil, figures))
	for _, span := range []string{"day", "week", "month"} {
		w := b.get("/admin/clients/shop?span=" + span)
		require.Equal(t, http.StatusOK, w.Code)
		t.Log(span, w.Body.Len())
		assert.Less(t, w.Body.Len(), 60_000, span)
	}
}
