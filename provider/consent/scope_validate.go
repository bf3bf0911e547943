package consent

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// ErrStandardScope: every server has the scope, whether the catalogue describes it or not.
var ErrStandardScope = errors.New("a standard scope, which every server has, cannot be deleted")

// InvalidScope is a property of a scope with an invalid value.
type InvalidScope struct {
	Property string
	Fault    *fault.Fault
}

// Error says what is wrong.
func (i *InvalidScope) Error() string { return i.Fault.String() }

// maxLanguages bounds the descriptions of a scope.
const maxLanguages = 50

// Valid returns *InvalidScope for what Create would refuse.
func (s Scope) Valid() error { return s.prepare(nil) }

// prepare puts the claims in the order of the consent page and the language tags in canonical form,
// and checks everything but texts from before.
func (s *Scope) prepare(before []string) error {
	switch {
	case !client.ValidScope(s.Name):
		return &InvalidScope{"name", fault.New(fault.ScopeName)}
	case audit.Reserved(s.Name) && !audit.IsScope(s.Name):
		return &InvalidScope{"name", fault.New(fault.ScopeReserved)}
	case descriptionFault(s.Description, before) != nil:
		return &InvalidScope{"description", descriptionFault(s.Description, before)}
	case len(s.Claims) > 0 && BuiltIn(s.Name):
		return &InvalidScope{"claims", fault.New(fault.ScopeStandard)}
	case slices.ContainsFunc(s.Claims, func(name string) bool { return ScopeOf(name) == "" }):
		return &InvalidScope{"claims", fault.New(fault.ScopeClaims, "claims", strings.Join(Claims(), ", "))}
	}
	var claims []string
	for _, name := range Claims() {
		if slices.Contains(s.Claims, name) {
			claims = append(claims, name)
		}
	}
	s.Claims = claims
	return s.prepareDescriptions(before)
}

func (s *Scope) prepareDescriptions(before []string) error {
	if len(s.Descriptions) > maxLanguages {
		return &InvalidScope{"descriptions", fault.New(fault.ScopeLanguages, "most", maxLanguages)}
	}
	canonical, spelled := map[string]string{}, map[string]string{}
	for _, text := range slices.Sorted(maps.Keys(s.Descriptions)) {
		tag, err := language.Parse(text)
		if err != nil || tag == language.Und {
			return &InvalidScope{"descriptions", fault.New(fault.ScopeLanguage)}
		}
		if s.Descriptions[text] == "" {
			return &InvalidScope{"descriptions", fault.New(fault.ScopeEmpty)}
		}
		if wrong := descriptionFault(s.Descriptions[text], before); wrong != nil {
			return &InvalidScope{"descriptions", wrong}
		}
		if other := spelled[tag.String()]; other != "" {
			return &InvalidScope{"descriptions", fault.New(fault.ScopeSame, "one", other, "other", text)}
		}
		canonical[tag.String()], spelled[tag.String()] = s.Descriptions[text], text
	}
	s.Descriptions = nil
	if len(canonical) > 0 {
		s.Descriptions = canonical
	}
	return nil
}

// texts are all descriptions.
func (s *Scope) texts() []string {
	return append(slices.Collect(maps.Values(s.Descriptions)), s.Description)
}

func descriptionFault(text string, before []string) *fault.Fault {
	wrong := provider.TextFault(text)
	switch {
	case len(text) > 300:
		wrong = fault.New(fault.Long, "bytes", 300)
	case wrong == nil || slices.Contains(before, text):
		return nil
	}
	return fault.New(fault.ScopeDescription, "fault", wrong)
}

// In is the description for a reader with these languages, in order of preference.
func (s *Scope) In(preferred ...language.Tag) string {
	if len(s.Descriptions) == 0 {
		return s.Description
	}
	names := slices.Sorted(maps.Keys(s.Descriptions))
	tags := []language.Tag{language.English} // pages are in English where nothing else matches
	for _, name := range names {
		tags = append(tags, language.Make(name))
	}
	_, index, confidence := language.NewMatcher(tags).Match(preferred...)
	if index == 0 || confidence == language.No {
		return s.Description
	}
	return s.Descriptions[names[index-1]]
}
