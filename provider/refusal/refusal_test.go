package refusal_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/chacha20poly1305"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// seal has the cost in bytes of the keyring's own: key id, nonce, tag.
type seal struct{ key [32]byte }

func newSeal() *seal {
	var s seal
	_, _ = rand.Read(s.key[:])
	return &s
}

func (s *seal) Seal(plaintext []byte) []byte {
	aead, _ := chacha20poly1305.NewX(s.key[:])
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce)
	return aead.Seal(append([]byte{1}, nonce...), nonce, plaintext, nil)
}

func (s *seal) Open(sealed []byte) ([]byte, error) {
	aead, _ := chacha20poly1305.NewX(s.key[:])
	if len(sealed) < 1+aead.NonceSize() {
		return nil, errors.New("short")
	}
	return aead.Open(nil, sealed[1:1+aead.NonceSize()], sealed[1+aead.NonceSize():], nil)
}

func TestOfKeepsRefusalsAndHidesFaults(t *testing.T) {
	r := refusal.New(refusal.InvalidScope, refusal.CheckScope, "No.")
	assert.Same(t, r, refusal.Of(fmt.Errorf("while issuing: %w", r)))

	fault := errors.New("pq: password authentication failed for user gatehouse")
	hidden := refusal.Of(fault)
	assert.Equal(t, refusal.ServerError, hidden.Code)
	assert.NotContains(t, hidden.Description, "gatehouse")
	assert.ErrorIs(t, hidden, fault)
}

func TestStatusFollowsTheCode(t *testing.T) {
	for code, status := range map[refusal.Code]int{
		refusal.InvalidRequest: 400, refusal.InvalidGrant: 400, refusal.InvalidClient: 401, refusal.InvalidToken: 401,
		refusal.AccessDenied: 403, refusal.NotFound: 404, refusal.ServerError: 500, refusal.TemporarilyUnavailable: 503,
	} {
		assert.Equal(t, status, refusal.New(code, refusal.CheckInternal, "").HTTPStatus(), code)
	}
	assert.Equal(t, http.StatusUnsupportedMediaType, refusal.New(refusal.InvalidRequest, refusal.CheckContentType, "").WithStatus(415).HTTPStatus())
}

func TestCompareCutsShortlyAfterTheFirstDifference(t *testing.T) {
	long := "https://app.example.com/callback" + strings.Repeat("/more", 60)
	r := refusal.New(refusal.InvalidRequest, refusal.CheckScope, "").Compare(refusal.FieldRedirectURI, "https://app.example.com/callback", long)
	assert.Equal(t, "https://app.example.com/callback", r.Expected)
	assert.Equal(t, "https://app.example.com/callback/more/more/more/…", r.Received)

	r.Compare(refusal.FieldRedirectURI, strings.Repeat("é", 200)+"a", strings.Repeat("é", 200)+"b")
	assert.LessOrEqual(t, len(r.Expected), 90)
	assert.True(t, strings.HasSuffix(r.Expected, "éa"))
	assert.NotContains(t, r.Expected, "\ufffd")
}

func TestRecordsComeBackWhole(t *testing.T) {
	recorder := refusal.NewRecorder(newSeal())
	record := refusal.Record{
		At: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), Code: refusal.InvalidScope, Check: refusal.CheckScope, ClientID: "shop",
		Field: refusal.FieldScope, Expected: "read", Received: "admin", Route: "/oauth/token", RequestID: "r1",
	}
	id := recorder.ID(record)
	back, err := recorder.Open(id)
	require.NoError(t, err)
	assert.Equal(t, record, back)
	assert.NotContains(t, id, "shop")
}

// An error id stands in an address: it must stay short whatever was received.
func TestRecordsNeverOutgrowTheirBound(t *testing.T) {
	recorder := refusal.NewRecorder(newSeal())
	for _, size := range []int{0, 50, 80, 200, 5000} {
		id := recorder.ID(refusal.Record{
			Code: refusal.InvalidRequest, Check: refusal.CheckClientAuthCount, ClientID: strings.Repeat("c", size),
			Expected: strings.Repeat("\x01", min(size, 90)), Received: strings.Repeat("\x01", min(size, 90)), Route: "/oauth/introspect", RequestID: strings.Repeat("r", 32),
		})
		assert.LessOrEqual(t, len(id), refusal.MaxIDLength, size)
		record, err := recorder.Open(id)
		require.NoError(t, err)
		assert.Equal(t, refusal.CheckClientAuthCount, record.Check)
	}
}

func TestForeignAndAlteredIDsAreUnknown(t *testing.T) {
	recorder := refusal.NewRecorder(newSeal())
	id := recorder.ID(refusal.Record{Code: refusal.InvalidScope, Check: refusal.CheckScope})
	altered := bytes.Clone([]byte(id))
	altered[len(altered)/2] ^= 1
	for _, bad := range []string{"", "x", id[:len(id)-1], string(altered), id + "A", strings.Repeat("A", 601), "../" + id} {
		_, err := recorder.Open(bad)
		assert.ErrorIs(t, err, refusal.ErrUnknownID, "%q", bad)
	}
	_, err := refusal.NewRecorder(newSeal()).Open(id)
	assert.ErrorIs(t, err, refusal.ErrUnknownID)
}

func TestEveryCheckIsExplained(t *testing.T) {
	catalogue := refusal.NewCatalogue(refusal.Limits{})
	for _, check := range catalogue.Checks() {
		e := catalogue.Explain(check)
		for _, text := range []string{e.Title, e.Explanation, e.Hint, e.Fix} {
			assert.NotEmpty(t, text, check)
		}
	}
	assert.Equal(t, catalogue.Explain(refusal.CheckInternal), catalogue.Explain("of_a_newer_version"))
}

func TestExplanationsNameTheLimitsInForce(t *testing.T) {
	catalogue := refusal.NewCatalogue(refusal.Limits{Code: 90 * time.Second, RefreshIdle: 14 * 24 * time.Hour, Refresh: time.Hour})
	assert.Equal(t, "A code can be exchanged for 90 seconds.", catalogue.Explain(refusal.CheckCodeExpired).Explanation)
	assert.Contains(t, catalogue.Explain(refusal.CheckRefreshExpired).Explanation, "(14 days unless")
	assert.Contains(t, catalogue.Explain(refusal.CheckRefreshEnded).Explanation, "(1 hour unless")
}

// The texts for a failed client authentication must not tell which part failed.
func TestClientAuthenticationFailuresReadTheSame(t *testing.T) {
	catalogue := refusal.NewCatalogue(refusal.Limits{})
	want := catalogue.Explain(refusal.CheckClientUnknown)
	for _, check := range []refusal.Check{refusal.CheckClientSecret, refusal.CheckClientDisabled, refusal.CheckClientMethod} {
		got := catalogue.Explain(check)
		assert.Equal(t, []string{want.Title, want.Explanation, want.Hint}, []string{got.Title, got.Explanation, got.Hint})
	}
}

// An id tells nothing by its length: who may not know a client learns no more from it than from
// the text of the answer.
func TestIDsAreAsLongAsEachOther(t *testing.T) {
	t.Parallel()
	r := refusal.NewRecorder(newSeal())
	long := strings.Repeat("c", 200)
	var lengths []int
	for _, rec := range []refusal.Record{
		{Code: refusal.InvalidClient, Check: refusal.CheckClientUnknown},
		{Code: refusal.InvalidClient, Check: refusal.CheckClientUnknown, Field: refusal.FieldClientID, Received: long},
		{Code: refusal.InvalidClient, Check: refusal.CheckClientSecret, ClientID: "app"},
		{Code: refusal.InvalidClient, Check: refusal.CheckClientMethod, ClientID: "app", Field: refusal.FieldAuthMethod, Expected: "client_secret_basic", Received: "private_key_jwt"},
		{Code: refusal.InvalidClient, Check: refusal.CheckClientSecret, ClientID: long},
	} {
		rec.Route, rec.RequestID = "/oauth/token", strings.Repeat("a", 32)
		id := r.ID(rec)
		back, err := r.Open(id)
		require.NoError(t, err)
		assert.Equal(t, rec.Check, back.Check)
		lengths = append(lengths, len(id))
	}
	for _, n := range lengths {
		assert.Equal(t, lengths[0], n)
		assert.LessOrEqual(t, n, refusal.MaxIDLength)
	}
	password := r.ID(refusal.Record{Code: refusal.InvalidGrant, Check: refusal.CheckPassword, ClientID: "app", Route: "/oauth/token"})
	other := r.ID(refusal.Record{Code: refusal.InvalidGrant, Check: refusal.CheckUserOfClient, ClientID: "app", Route: "/oauth/token"})
	assert.Len(t, other, len(password))
	assert.Less(t, len(other), 420, "it travels in addresses")
}

func TestIDIsFoundInWhatIsPasted(t *testing.T) {
	t.Parallel()
	for pasted, want := range map[string]string{
		"id-1": "id-1", " id-1\n": "id-1", "": "", "https://id.example/errors/id-1": "id-1", "https://id.example/errors/id-1?x=/y#z/": "id-1",
		"https://app.example/cb?error=access_denied&error_uri=https%3A%2F%2Fid.example%2Ferrors%2Fid-1&state=a%2Fb": "id-1",
		"https://app.example/cb#error_uri=https%3A%2F%2Fid.example%2Ferrors%2Fid-1&state=x":                         "id-1",
		"https://app.example/cb?x=%zz": "cb",
	} {
		assert.Equal(t, want, refusal.IDIn(pasted), pasted)
	}
}
