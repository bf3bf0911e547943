package notify

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"net/url"
	"strconv"
	"strings"
	"text/template"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/provider"
)

//go:embed templates/*
var templateFiles embed.FS

// Letter is a message as it is handed over.
type Letter struct {
	ID   provider.ID
	Kind Kind
	To   string
	// Language is that of the texts (BCP 47).
	Language string
	// Subject and HTML are empty in an SMS.
	Subject, Text, HTML string
}

// Brand is who the messages are from.
type Brand struct {
	// Product is the name that recipients know.
	Product string
	// Issuer is the public address of the server, without a slash at the end.
	Issuer string
	// Accent is the color of links and buttons; zero: that of the product.
	Accent Accent
}

// Accent is a color of the form #rrggbb on the light theme, under white text, and its form on the dark
// theme with the color of text on it.
type Accent struct{ Light, Dark, OnDark string }

// defaultAccent is that of the pages.
func defaultAccent() Accent { return Accent{Light: "#2450bd", Dark: "#9db8ff", OnDark: "#10141d"} }

// Texts writes messages.
type Texts struct {
	brand      Brand
	host       string
	catalogues []catalogue
	matcher    language.Matcher
	html       *htmltemplate.Template
	text       *template.Template
}

// NewTexts reads the embedded texts.
func NewTexts(b Brand) (*Texts, error) {
	issuer, err := url.Parse(b.Issuer)
	if err != nil || issuer.Hostname() == "" {
		return nil, errors.New("notify: the issuer has no host")
	}
	if b.Accent == (Accent{}) {
		b.Accent = defaultAccent()
	}
	t := &Texts{brand: b, host: issuer.Hostname()}
	if t.catalogues, err = readCatalogues(); err != nil {
		return nil, err
	}
	tags := make([]language.Tag, len(t.catalogues))
	for i, c := range t.catalogues {
		tags[i] = c.tag
	}
	t.matcher = language.NewMatcher(tags)
	if t.html, err = htmltemplate.ParseFS(templateFiles, "templates/mail.html"); err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	if t.text, err = template.ParseFS(templateFiles, "templates/mail.txt"); err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	return t, nil
}

func (t *Texts) catalogue(locale string) *catalogue {
	tag, err := language.Parse(locale)
	if err != nil {
		return &t.catalogues[0]
	}
	_, i, confidence := t.matcher.Match(tag)
	if confidence == language.No {
		i = 0
	}
	return &t.catalogues[i]
}

// detail is a line about what happened.
type detail struct{ Label, Value string }

// page is what the templates of a mail show.
type page struct {
	Language, Product, Subject, Title, Lead string
	Accent                                  Accent
	// Code is in parts, which stand apart and are copied as one.
	CodeLabel string
	Code      []string
	Valid     string
	Details   []detail
	// Action is where the button leads.
	Button, Action, LinkHint string
	Note, Footer             string
	// Colon is that of the language, with the space before it that French has.
	Colon string
}

// action is where the button of a message leads: to the link of its verification, else to the page on
// which the recipient can do something about it; empty: nowhere.
func (t *Texts) action(of Kind, link string) string {
	if of.undoable() && link != "" {
		return link
	}
	switch of {
	case AddressTaken:
		return t.brand.Issuer + "/login"
	case ContactChangedAgain, AccountDeleted:
		return ""
	case DeletionRequested:
		return t.brand.Issuer + "/account/delete"
	case NewSignIn, PasswordChanged, FactorGuessed, FactorAdded, FactorRemoved, RecoveryCodesRenewed, RecoveryCodeUsed, SecondFactorCode, FactorsReset, ChangesUndone, AccountKept:
		return t.brand.Issuer + "/recover"
	case PasskeyCloned: // another password would not keep the copy out
		return t.brand.Issuer + "/account/security"
	default:
		return link
	}
}

// proved tells whether the recipient has proved to control the address, as somebody's whose account it
// is.
func (k Kind) proved() bool {
	switch k {
	case ConfirmRegistration, Invitation, ConfirmContact, AddressTaken:
		return false
	default:
		return true
	}
}

// Render writes a message, with a code and a link where it has them.
func (t *Texts) Render(m Message, code, link string) (Letter, error) {
	c := t.catalogue(m.Locale)
	link = c.localized(m.Channel, link)
	w := writer{catalogue: c, action: t.action(m.Kind, link), undoes: m.Kind.undoable() && link != ""}
	if w.action != link {
		w.action = c.localized(m.Channel, w.action)
	}
	if m.Data.Valid > 0 {
		w.valid = w.check(c.duration(m.Data.Valid))
	}
	w.values = strings.NewReplacer("{product}", t.brand.Product, "{host}", t.host, "{code}", code, "{valid}", w.valid, "{action}", w.action, "{left}", strconv.Itoa(m.Data.CodesLeft))
	letter := Letter{ID: m.ID, Kind: m.Kind, To: m.To, Language: c.tag.String()}
	if m.Channel == SMS {
		letter.Text = w.said(m, ".sms")
		if m.Kind.hasCode() && code != "" {
			// The last line lets browsers offer the code on this site only (WebOTP, "Origin-bound
			// one-time codes delivered via SMS").
			letter.Text += "\n\n@" + t.host + " #" + code
		}
		return letter, w.err
	}
	p := t.page(&w, m, code, link)
	if w.err != nil {
		return Letter{}, w.err
	}
	var html, text bytes.Buffer
	if err := errors.Join(t.html.Execute(&html, p), t.text.Execute(&text, p)); err != nil {
		return Letter{}, fmt.Errorf("notify: %w", err)
	}
	letter.Subject, letter.Text, letter.HTML = p.Subject, text.String(), html.String()
	return letter, nil
}

// hasCode tells whether a message shows the code of its verification.
func (k Kind) hasCode() bool {
	return k == ConfirmRegistration || k == ResetPassword || k == ConfirmContact || k == SecondFactorCode
}

func (t *Texts) page(w *writer, m Message, code, link string) page {
	p := page{
		Language: w.tag.String(), Product: t.brand.Product, Accent: t.brand.Accent, Subject: w.said(m, ".subject"), Title: w.said(m, ".title"), Lead: w.said(m, ".lead"),
		Colon: w.text("", "colon"), Note: w.advice(m.Kind, ".note"), Footer: w.text("", "footer"), Details: w.details(m),
	}
	if m.Kind.hasCode() && code != "" {
		p.CodeLabel, p.Code = w.text("", "code"), parts(code)
	}
	if w.action != "" {
		p.Button, p.Action, p.LinkHint = w.advice(m.Kind, ".button"), w.action, w.text("", "link")
	}
	if w.valid != "" && (len(p.Code) > 0 || link != "" && w.action == link) {
		p.Valid = w.text("", "valid")
	}
	return p
}

// parts are the halves of a code, which is easier to read so.
func parts(code string) []string {
	if len(code) < 6 {
		return []string{code}
	}
	return []string{code[:len(code)/2], code[len(code)/2:]}
}
