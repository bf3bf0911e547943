package main

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"
)

// unknownVariable is a variable with the prefix of the settings that is none of them.
type unknownVariable struct {
	Name string
	// Meant is the variable of the setting with the nearest name; empty: none is near.
	Meant string
}

func (u unknownVariable) String() string {
	text := "there is no setting " + u.Name + ", and it is ignored"
	if u.Meant != "" {
		text += ": did you mean " + u.Meant + "?"
	}
	return text
}

// unknownVariables finds misspelt variables, which would otherwise be ignored in silence. They are no
// fault: a setting of the next version may be set before it runs. The values may be secrets.
func (e *environment) unknownVariables() []unknownVariable {
	known := settingKeys()
	var unknown []unknownVariable
	for _, pair := range e.Environ {
		name, value, _ := strings.Cut(pair, "=")
		key, ok := strings.CutPrefix(name, envPrefix)
		key = strings.ToLower(key)
		if !ok || value == "" || slices.Contains(known, key) || injected(name, value) {
			continue
		}
		unknown = append(unknown, unknownVariable{Name: name, Meant: nearestVariable(key, known)})
	}
	slices.SortFunc(unknown, func(a, b unknownVariable) int { return strings.Compare(a.Name, b.Name) })
	return unknown
}

// injected tells whether Kubernetes sets a variable for a service whose name is gatehouse, or begins so.
func injected(name, value string) bool {
	service := regexp.MustCompile(`^GATEHOUSE_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)
	// Somebody may take GATEHOUSE_PORT for a setting; that of Kubernetes is an address.
	address := regexp.MustCompile(`^(tcp|udp|sctp)://`)
	return service.MatchString(name) || strings.HasSuffix(name, "_PORT") && address.MatchString(value)
}

// nearestVariable is that of the setting whose name differs least, in a third of the letters at most.
func nearestVariable(key string, known []string) string {
	nearest, least := "", len(key)/3+1
	for _, k := range known {
		if d := distance(key, k); d < least {
			nearest, least = envPrefix+strings.ToUpper(k), d
		}
	}
	return nearest
}

func (e *environment) warnOfUnknownVariables(ctx context.Context, log *slog.Logger) {
	for _, u := range e.unknownVariables() {
		log.WarnContext(ctx, "an environment variable is no setting and is ignored", "variable", u.Name, "meant", u.Meant)
	}
}
