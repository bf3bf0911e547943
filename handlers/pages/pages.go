package pages

import (
	"embed"
	"html/template"

	"golang.org/x/text/language"
)

//go:embed templates/*.html
var templates embed.FS

// Settings are those of the pages of a server.
type Settings struct {
	// Dev has every page say that this is a development server.
	Dev bool
	// LanguageCookie is the name of the cookie with the tag of the language that was chosen on a
	// page; empty: there is none.
	LanguageCookie string
	// Brand is what the operator's pages are called and look like.
	Brand Brand
}

// Set has the pages of one server.
type Set struct {
	settings Settings
	assets   assets
	editions []*edition
	matcher  language.Matcher
}

// New reads the embedded templates, texts and assets.
func New(settings Settings) (*Set, error) {
	files, err := readAssets(settings.Brand)
	if err != nil {
		return nil, err
	}
	editions, err := readEditions()
	if err != nil {
		return nil, err
	}
	tags := make([]language.Tag, len(editions))
	for i, e := range editions {
		tags[i] = e.language
		e.templates = e.pageTemplates(files)
	}
	return &Set{settings: settings, assets: files, editions: editions, matcher: language.NewMatcher(tags)}, nil
}

// peoplesPages are the pages that people see, developersPages those in English alone.
func peoplesPages() []string {
	return []string{
		"landing", "error", "not_found", "explanation", "unknown_error",
		"login", "consent", "logout", "logged_out", "return", "form_post",
		"register", "verify", "recover", "reset", "undo", "done", "first_administrator",
		"factor", "set_up", "recovery_codes",
		"own_overview", "own_profile", "own_security", "own_factors", "own_confirm", "own_password", "own_contact", "own_sessions", "own_apps", "own_activity", "own_data", "own_delete",
	}
}

func developersPages() []string {
	return []string{"reference", "demo", "demo_answer", "demo_code", "demo_used", "demo_problem", "outbox", "playground", "playground_flow"}
}

// sharedTemplates are those that pages are made of.
func sharedTemplates() []string {
	return []string{"templates/layout.html", "templates/application.html", "templates/refused.html", "templates/posted.html", "templates/passkey_fields.html", "templates/mail_code.html", "templates/own_common.html"}
}

// pageTemplates are those of the pages that are in the language.
func (e *edition) pageTemplates(a assets) pageTemplates {
	names := peoplesPages()
	if e.isEnglish() {
		names = append(names, developersPages()...)
	}
	for i, name := range names {
		names[i] = "templates/" + name + ".html"
	}
	return newPageTemplates(templates, e.functions(a), sharedTemplates(), names)
}

func (e *edition) functions(files assets) template.FuncMap {
	return template.FuncMap{
		"t": e.text, "wait": e.wait, "duration": e.duration, "claims": e.claims, "date": e.date, "clock": clock,
		"strong": strong, "codes": codes, "asset": files.path, "qr": qrCode, "otpauth": otpauth, "groups": groups,
		"number": e.number, "signed": signed, "hour": hour, "day": e.day, "known": e.known,
	}
}
