package oauth

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// check reads what OpenID Connect adds to an authorization request.
func (i *IDTokens) check(ctx context.Context, r *AuthorizeRequest, form url.Values) error {
	for _, read := range []func(context.Context, *AuthorizeRequest, url.Values) error{i.details, i.claims} {
		if err := read(ctx, r, form); err != nil {
			return err
		}
	}
	return nil
}

// prompts ignores unknown values: extensions define more of them, and libraries send those to
// every provider. none together with another value is an error (OpenID Connect Core section
// 3.1.2.1), and so is create where people cannot register: who wants an account would else be asked for the
// password of one.
func prompts(r *AuthorizeRequest, form url.Values, registration bool) error {
	asked := strings.Fields(form.Get("prompt"))
	if len(asked) > 1 && slices.Contains(asked, "none") {
		return refusal.New(refusal.InvalidRequest, refusal.CheckPrompt, "The prompt value none cannot be combined with another value.").
			Compare(refusal.FieldPrompt, "none", form.Get("prompt"))
	}
	if slices.Contains(asked, "create") && !registration {
		return refusal.New(refusal.InvalidRequest, refusal.CheckPrompt, "The prompt value create is not supported: people cannot register themselves here.").
			Compare(refusal.FieldPrompt, strings.Join(standardPrompts(), " "), form.Get("prompt"))
	}
	r.Prompt = slices.DeleteFunc(asked, func(p string) bool { return !slices.Contains(promptValues(), p) })
	return nil
}

// promptValues are the known ones. With create a person registers first (Initiating User Registration via
// OpenID Connect section 4).
func promptValues() []string { return append(standardPrompts(), "create") }

func standardPrompts() []string { return []string{"none", "login", "consent", "select_account"} }

// Bounds of what is stored with the code, in bytes.
const (
	maxNonce  = 1024
	maxClaims = 8192
)

func (i *IDTokens) details(ctx context.Context, r *AuthorizeRequest, form url.Values) error {
	r.subjects = i.answers.Subjects
	r.Nonce, r.LoginHint = form.Get("nonce"), form.Get("login_hint")
	r.UILocales = preferredLocales(form.Get("ui_locales"))
	if len(r.Nonce) > maxNonce {
		return malformed("nonce")
	}
	if text := form.Get("max_age"); text != "" {
		// fosite ignores a malformed value, and 0.
		seconds, err := strconv.ParseInt(text, 10, 32)
		if err != nil || seconds < 0 {
			return malformed("max_age")
		}
		age := time.Duration(seconds) * time.Second
		r.MaxAge = &age
	} else if age := r.Client.DefaultMaxAge; age > 0 {
		r.MaxAge = &age
	}
	if hint := form.Get("id_token_hint"); hint != "" {
		claims, err := i.Hint(ctx, hint)
		if errors.Is(err, errEncryptedHint) {
			return refusal.New(refusal.InvalidRequest, refusal.CheckParameter, "The id_token_hint is encrypted, and not to this server: the client decrypts it before it sends it.")
		}
		if err != nil || !slices.Contains(claims.Audience, r.Client.ID) {
			return malformed("id_token_hint")
		}
		r.Hint = &claims
	}
	return nil
}

// claims reads the claims parameter (OpenID Connect Core section 5.5), and refuses an essential acr that this
// server does not offer (section 5.5.1.1). Of the classes only those of an essential acr count, whatever acr_values
// says.
func (i *IDTokens) claims(_ context.Context, r *AuthorizeRequest, form url.Values) error {
	text := form.Get("claims")
	if len(text) > maxClaims {
		return malformed("claims")
	}
	asked, err := parseClaims(text)
	if err != nil {
		return malformed("claims")
	}
	if r.Subjects, err = asked.subjects(); err != nil {
		return malformed("claims")
	}
	class, err := asked.IDToken.of("acr")
	if err != nil {
		return malformed("claims")
	}
	if r.essentialACR = class.Essential && len(class.Values) > 0; r.essentialACR {
		r.ACRs = nil // what acr_values wishes beside it cannot make less of what the application must have
	}
	if len(class.Values) == 0 && strings.TrimSpace(form.Get("acr_values")) == "" {
		class.Values = r.Client.DefaultACRs // OpenID Connect Registration section 2
	}
	if r.askForACR(class.Values); r.essentialACR && len(r.ACRs) == 0 {
		return unmetACR(r)
	}
	r.Claims = asked.reduce(r.Client, r.Scopes)
	r.Claims.releasedBy(i.scopes, r.Scopes, r.Client.IDTokenClaims || r.isIDTokenAlone())
	return nil
}

// preferredLocales are the languages of ui_locales, in order. It is a wish: what is malformed is
// ignored.
func preferredLocales(text string) []language.Tag {
	const most = 10
	var tags []language.Tag
	for _, name := range strings.Fields(text) {
		if tag, err := language.Parse(name); err == nil && len(tags) < most {
			tags = append(tags, tag)
		}
	}
	return tags
}
