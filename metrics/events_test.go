package metrics_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func TestEventsAreCounted(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	bus := event.NewBus(m.Record)
	for _, e := range []event.Event{
		event.TokenIssued{GrantType: string(client.RefreshToken), Refresh: true},
		event.TokenIssued{GrantType: string(client.RefreshToken), Refresh: true},
		event.TokenIssued{GrantType: string(client.ClientCredentials)},
		event.TokenIssued{GrantType: "made up"},
		event.TokenRevoked{},
		event.RefreshReuseDetected{},
		event.AuthorizationApproved{},
		event.SignedIn{Methods: []string{"pwd", "otp", "mfa"}},
		event.SteppedUp{Methods: []string{"pop", "user"}},
		event.SignInRefused{Reason: "wrong_password"},
		event.SignInRefused{Reason: "made up"},
		event.SessionEnded{},
		event.KeyRotated{Algorithm: "ES256"},
	} {
		bus.Publish(t.Context(), e)
	}
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_tokens_issued_total Issued access tokens, by whether a refresh token was issued too.
# TYPE gatehouse_tokens_issued_total counter
gatehouse_tokens_issued_total{grant_type="client_credentials",refresh="false"} 1
gatehouse_tokens_issued_total{grant_type="other",refresh="false"} 1
gatehouse_tokens_issued_total{grant_type="refresh_token",refresh="true"} 2
# HELP gatehouse_tokens_revoked_total Revoked tokens.
# TYPE gatehouse_tokens_revoked_total counter
gatehouse_tokens_revoked_total 1
# HELP gatehouse_refresh_reuse_total Reused refresh tokens, each a possible theft.
# TYPE gatehouse_refresh_reuse_total counter
gatehouse_refresh_reuse_total 1
# HELP gatehouse_authorizations_total Authorization requests that were approved.
# TYPE gatehouse_authorizations_total counter
gatehouse_authorizations_total 1
# HELP gatehouse_sign_ins_total Sign-in attempts, by outcome.
# TYPE gatehouse_sign_ins_total counter
gatehouse_sign_ins_total{outcome="disabled"} 0
gatehouse_sign_ins_total{outcome="other"} 1
gatehouse_sign_ins_total{outcome="success"} 1
gatehouse_sign_ins_total{outcome="throttled"} 0
gatehouse_sign_ins_total{outcome="unconfirmed"} 0
gatehouse_sign_ins_total{outcome="unknown_user"} 0
gatehouse_sign_ins_total{outcome="wrong_password"} 1
# HELP gatehouse_sign_ins_by_method_total Successful sign-ins, by what was given.
# TYPE gatehouse_sign_ins_by_method_total counter
gatehouse_sign_ins_by_method_total{method="code"} 1
gatehouse_sign_ins_by_method_total{method="passkey"} 0
gatehouse_sign_ins_by_method_total{method="password"} 0
gatehouse_sign_ins_by_method_total{method="remembered"} 0
# HELP gatehouse_step_ups_total Factors that signed-in users gave because an application demanded them.
# TYPE gatehouse_step_ups_total counter
gatehouse_step_ups_total{method="code"} 0
gatehouse_step_ups_total{method="passkey"} 1
# HELP gatehouse_sessions_ended_total Sessions ended before they expired.
# TYPE gatehouse_sessions_ended_total counter
gatehouse_sessions_ended_total 1
# HELP gatehouse_signing_key_rotations_total Signing keys that this server published.
# TYPE gatehouse_signing_key_rotations_total counter
gatehouse_signing_key_rotations_total 1
`), "gatehouse_tokens_issued_total", "gatehouse_tokens_revoked_total", "gatehouse_refresh_reuse_total", "gatehouse_authorizations_total",
		"gatehouse_sign_ins_total", "gatehouse_sign_ins_by_method_total", "gatehouse_step_ups_total", "gatehouse_sessions_ended_total", "gatehouse_signing_key_rotations_total"))
}

func TestFactorsAreCounted(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	bus := event.NewBus(m.Record)
	for _, e := range []event.Event{
		event.FactorAdded{Kind: "totp"},
		event.FactorRemoved{Kind: "totp"},
		event.FactorRemoved{Kind: "made up"},
		event.FactorRefused{Kind: "totp", Reason: "wrong_code"},
		event.FactorRefused{Kind: "passkey", Reason: "cloned"},
		event.FactorRefused{Kind: "passkey", Reason: "wrong_code"},
		event.FactorRefused{Kind: "made up", Reason: "made up"},
	} {
		bus.Publish(t.Context(), e)
	}
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_factor_changes_total Second factors that were set up and removed, by kind.
# TYPE gatehouse_factor_changes_total counter
gatehouse_factor_changes_total{change="added",kind="hardware_key"} 0
gatehouse_factor_changes_total{change="added",kind="mail"} 0
gatehouse_factor_changes_total{change="added",kind="passkey"} 0
gatehouse_factor_changes_total{change="added",kind="totp"} 1
gatehouse_factor_changes_total{change="removed",kind="hardware_key"} 0
gatehouse_factor_changes_total{change="removed",kind="mail"} 0
gatehouse_factor_changes_total{change="removed",kind="other"} 1
gatehouse_factor_changes_total{change="removed",kind="passkey"} 0
gatehouse_factor_changes_total{change="removed",kind="totp"} 1
# HELP gatehouse_factor_refusals_total Refused attempts to prove a second factor, by kind and reason.
# TYPE gatehouse_factor_refusals_total counter
gatehouse_factor_refusals_total{kind="mail",reason="throttled"} 0
gatehouse_factor_refusals_total{kind="mail",reason="wrong_code"} 0
gatehouse_factor_refusals_total{kind="other",reason="other"} 1
gatehouse_factor_refusals_total{kind="passkey",reason="absent"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="altered"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="cloned"} 1
gatehouse_factor_refusals_total{kind="passkey",reason="disabled"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="expired"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="malformed"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="never_verified"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="other"} 1
gatehouse_factor_refusals_total{kind="passkey",reason="replayed"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="unknown"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="unverified"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="wrong_ceremony"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="wrong_origin"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="wrong_relying_party"} 0
gatehouse_factor_refusals_total{kind="passkey",reason="wrong_signature"} 0
gatehouse_factor_refusals_total{kind="recovery_code",reason="throttled"} 0
gatehouse_factor_refusals_total{kind="recovery_code",reason="wrong_code"} 0
gatehouse_factor_refusals_total{kind="totp",reason="throttled"} 0
gatehouse_factor_refusals_total{kind="totp",reason="wrong_code"} 1
`), "gatehouse_factor_changes_total", "gatehouse_factor_refusals_total"))
}

func TestTokenRefusalsHaveOnlyKnownGrantTypes(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	for _, known := range []client.GrantType{client.ClientCredentials, client.AuthorizationCode, client.RefreshToken, client.Password} {
		m.Tokens.TokenRefused(string(known), refusal.InvalidClient)
	}
	m.Tokens.TokenRefused("", refusal.InvalidRequest)
	m.Tokens.TokenRefused("Password", refusal.UnsupportedGrantType)
	m.Refusals.Refused("/oauth/token", refusal.InvalidClient, refusal.CheckClientSecret)
	m.Tokens.Introspected(true)
	m.Tokens.Introspected(false)
	m.Tokens.Introspected(false)
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_token_refusals_total Token requests that were refused, by the grant type that they asked for.
# TYPE gatehouse_token_refusals_total counter
gatehouse_token_refusals_total{error="invalid_client",grant_type="authorization_code"} 1
gatehouse_token_refusals_total{error="invalid_client",grant_type="client_credentials"} 1
gatehouse_token_refusals_total{error="invalid_client",grant_type="password"} 1
gatehouse_token_refusals_total{error="invalid_client",grant_type="refresh_token"} 1
gatehouse_token_refusals_total{error="invalid_request",grant_type="none"} 1
gatehouse_token_refusals_total{error="unsupported_grant_type",grant_type="other"} 1
# HELP gatehouse_refusals_total Requests that were refused, and failures of the server's own.
# TYPE gatehouse_refusals_total counter
gatehouse_refusals_total{check="client_secret",error="invalid_client",route="/oauth/token"} 1
# HELP gatehouse_introspections_total Introspection responses.
# TYPE gatehouse_introspections_total counter
gatehouse_introspections_total{active="false"} 2
gatehouse_introspections_total{active="true"} 1
`), "gatehouse_token_refusals_total", "gatehouse_refusals_total", "gatehouse_introspections_total"))
}

func TestTokenRefusalsAreShownBeforeTheFirst(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	m.Tokens.Expect(client.ClientCredentials, client.RefreshToken)
	m.Tokens.TokenRefused(string(client.RefreshToken), refusal.InvalidGrant)
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_token_refusals_total Token requests that were refused, by the grant type that they asked for.
# TYPE gatehouse_token_refusals_total counter
gatehouse_token_refusals_total{error="invalid_client",grant_type="client_credentials"} 0
gatehouse_token_refusals_total{error="invalid_grant",grant_type="client_credentials"} 0
gatehouse_token_refusals_total{error="invalid_client",grant_type="refresh_token"} 0
gatehouse_token_refusals_total{error="invalid_grant",grant_type="refresh_token"} 1
`), "gatehouse_token_refusals_total"))
}
