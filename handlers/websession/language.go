package websession

import (
	"net/http"
	"strings"
)

// languageCookie holds the language that the user chose on a page, for a year.
const (
	languageCookie = "gatehouse_language"
	languageAge    = 365 * 24 * 60 * 60
)

// LanguageCookie is the name of the cookie with the chosen language (its BCP 47 tag), for the pages,
// which read it.
func LanguageCookie(issuer string) string {
	return cookieName(languageCookie, strings.HasPrefix(issuer, "https://"))
}

// RememberLanguage has the browser keep the chosen language.
func (s *Sessions) RememberLanguage(w http.ResponseWriter, tag string) {
	s.setCookie(w, languageCookie, tag, languageAge)
}
