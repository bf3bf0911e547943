package ownaccount

import (
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/factor"
)

// value is what a record says of a property: after the act or, where it took that away, before.
func value(of audit.Record, name string) any {
	change := of.Changes[name]
	if change.After != nil {
		return change.After
	}
	return change.Before
}

// factorOf is the factor that a record is about; nil: it tells of none.
func factorOf(of audit.Record) *pages.OwnActFactor {
	kind, _ := value(of, "factor").(string)
	name, _ := value(of, "name").(string)
	switch kind {
	case factor.TOTP:
		return &pages.OwnActFactor{App: true}
	case factor.Mail:
		return &pages.OwnActFactor{Mail: true}
	case factor.Passkey:
		shown, key := shownName(name)
		return &pages.OwnActFactor{Name: shown, Key: key}
	default:
		return nil
	}
}

// attempts is how many sign-ins failed that a record sums up, for whatever reason; 0: it sums up none.
func attempts(of audit.Record) (n int) {
	if of.Action != audit.UserSignInRefused {
		return 0
	}
	for _, change := range of.Changes {
		if count, ok := change.After.(float64); ok {
			n += int(count)
		}
	}
	return n
}

// bySetUp tells whether a confirmation is the one of the factor that was set up just before: nobody did anything besides.
func bySetUp(of audit.Record, before audit.Record) bool {
	return of.Action == audit.SessionStepUp && before.Action == audit.FactorAdd && of.At.Sub(before.At) < time.Minute
}

// howOf are the ways of a sign-in, or of a confirmation, that a record tells of. That of a recovery code is the one of every code.
func howOf(of audit.Record) (ways []pages.OwnWay) {
	if of.Action != audit.UserSignIn && of.Action != audit.SessionStepUp {
		return nil
	}
	methods, _ := value(of, "amr").([]any)
	for _, method := range methods {
		way, ok := map[any]pages.OwnWay{
			acr.MethodPassword: pages.ByPassword, acr.MethodCode: pages.ByCode,
			acr.MethodKey: pages.ByPasskey, acr.MethodHardware: pages.ByPasskey, acr.MethodSoftware: pages.ByPasskey,
		}[method]
		if ok && !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	return ways
}
