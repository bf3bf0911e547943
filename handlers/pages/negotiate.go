package pages

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Localized writes the pages in the language of one request.
type Localized struct {
	set *Set
	*edition

	preferred []language.Tag
	// path is that of this page where the request was a GET, otherwise empty. The query stays out of
	// pages: it may be an attacker's.
	path string
}

// For is the pages for the person who sent the request. The language is the first of these that
// there are pages in: those that the application asked for, the one that was chosen on a page
// before, those of the browser. Otherwise it is English.
//
// Wished are those that the application asked for, where a form leads back to its request. Of a
// request that has them in its own query, For reads them itself.
func (s *Set) For(r *http.Request, wished ...language.Tag) Localized {
	l := Localized{set: s, edition: s.editions[0]}
	if r.Method == http.MethodGet {
		l.path = r.URL.EscapedPath()
	}
	if len(wished) == 0 {
		wished = UILocales(r.URL.Query().Get("ui_locales"))
	}
	sources := [][]language.Tag{wished, s.remembered(r), acceptable(r.Header.Get("Accept-Language"))}
	l.preferred = slices.Concat(sources...)
	for _, source := range sources {
		if _, index, confidence := s.matcher.Match(source...); confidence > language.No {
			l.edition = s.editions[index]
			break
		}
	}
	return l
}

// Tags are the languages (BCP 47) that there are pages in.
func (s *Set) Tags() []string {
	tags := make([]string, len(s.editions))
	for i, e := range s.editions {
		tags[i] = e.tag
	}
	return tags
}

// Has tells whether there are pages in the language with the tag.
func (s *Set) Has(tag string) bool { return s.tagged(tag) != nil }

func (s *Set) tagged(tag string) *edition {
	if i := slices.IndexFunc(s.editions, func(e *edition) bool { return e.tag == tag }); i >= 0 {
		return s.editions[i]
	}
	return nil
}

// remembered is the language of the cookie, or nothing.
func (s *Set) remembered(r *http.Request) []language.Tag {
	cookie, err := r.Cookie(s.settings.LanguageCookie)
	if err != nil {
		return nil
	}
	if chosen := s.tagged(cookie.Value); chosen != nil {
		return []language.Tag{chosen.language}
	}
	return nil
}

// UILocales are the languages of the parameter ui_locales (OpenID Connect Core section 3.1.2.1), in
// order of preference. It is a wish: what is malformed is ignored.
func UILocales(text string) []language.Tag {
	return acceptable(strings.Join(strings.Fields(bounded(text, ' ')), ","))
}

// Preferred are the languages that the person reads, in order of preference: for texts that exist
// in other languages than the pages.
func (l Localized) Preferred() []language.Tag { return l.preferred }

// maxAcceptable bounds what is read of a list of languages, in bytes. Those of browsers are shorter.
const maxAcceptable = 500

// bounded is the beginning of a list, up to a separator, that is not too long.
func bounded(list string, separator byte) string {
	if len(list) <= maxAcceptable {
		return list
	}
	return list[:max(0, strings.LastIndexByte(list[:maxAcceptable], separator))]
}

// acceptable are the languages of an Accept-Language header (RFC 9110 section 12.5.4), the preferred
// first. It is a wish: what is malformed is ignored, and so is the end of a list that is too long.
func acceptable(list string) []language.Tag {
	type weighted struct {
		tag    language.Tag
		weight float32
	}
	var all []weighted
	for entry := range strings.SplitSeq(bounded(list, ','), ",") {
		// One at a time: the parser refuses a list for one malformed entry.
		tags, weights, err := language.ParseAcceptLanguage(entry)
		if err == nil && len(tags) == 1 {
			all = append(all, weighted{tags[0], weights[0]})
		}
	}
	slices.SortStableFunc(all, func(a, b weighted) int { return cmp.Compare(b.weight, a.weight) })
	tags := make([]language.Tag, len(all))
	for i, w := range all {
		tags[i] = w.tag
	}
	return tags
}
