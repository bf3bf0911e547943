package storagetest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/storage"
)

// Run runs the suite, or only the named parts of it. NewURL returns the URL of a new migrated
// database.
func Run(t *testing.T, newURL func(t testing.TB) string, only ...string) {
	t.Helper()
	for name, test := range map[string]func(t *testing.T, f *fixture){
		"clients": testClients, "client listing": testClientListing, "secrets that end": testEndingSecrets, "origins": testOrigins, "scopes": testScopes, "clients found": testClientsFound, "named users listed": testNamedUsersListed,
		"keyring": testDataKeys, "sealing again": testReseal, "signing keys": testSigningKeys, "withdrawn keys": testWithdrawnKeys, "signed with": testSignedWith, "keys before the migration": testKeysBeforeMigration, "settings": testSettings, "conformance mark": testConformanceMark,
		"grants": testGrants, "standing grants race": testStandingRace, "tokens": testTokens, "token listing": testTokenListing, "token filters": testTokenFilters, "many grants": testManyGrants, "tokens race the end of their grant": testTokenRace,
		"step up": testStepUp, "step up race": testStepUpRace, "users": testUsers, "user listing": testUserListing, "subjects": testSubjects, "ended subjects": testEndedSubjects, "subjects of users and clients race": testSubjectRace, "what ends with a user": testUserEnds, "deleted users": testDeletedUsers, "sessions": testSessions, "session listing": testSessionListing, "what is revoked of a user": testUserGrants, "stale proofs": testStaleProofs, "proofs that become stale": testStaleRace, "approvals race sign-outs": testApprovalRace, "changes of one user race": testUserRace, "approvals race withdrawals": testWithdrawalRace,
		"codes": testCodes, "named users": testNamedUsers, "removals race approvals": testRemovalRace, "restrictions race approvals": testRestrictionRace, "groups": testGroups, "groups forgotten": testForgottenGroups, "groups race approvals": testGroupRace, "groups race roles": testGroupAndRoleRace, "offline access withdrawn": testOfflineWithdrawn, "changes of one client race": testClientRace, "audit log": testAudit, "consents": testConsents, "consent listing": testConsentListing, "consents race": testConsentRace, "consents of the previous version": testConsentsOfThePreviousVersion,
		"grants of users end": testUserGrantsEnd,
		"connected apps":      testConnected, "connected apps statements": testConnectedStatements, "connected apps race": testConnectedRace, "connected apps end meanwhile": testConnectedEndRace,
		"pictures": testPictures, "pictures that are not shown": testPicturesThatAreNotShown, "profile race": testProfileRace, "deletion": testDeletion, "deletion undone": testDeletionUndone, "deletion race": testDeletionRace, "deletions race grants": testDeletionGrants,
		"audit chain": testChain, "audit chain made anew": testRemadeChain, "audit chain order": testChainOrder, "audit chain after the migration": testChainAfterMigration, "audit chain race": testChainRace, "audit chain crash": testChainCrash, "audit chain statements": testChainStatements, "audit tampering": testTampering, "audit retention": testRetention, "audit retention meanwhile": testRetentionMeanwhile, "audit retention faults": testRetentionFaults, "audit sealer refuses": testSealerRefuses, "audit keys": testAuditKeys, "audit verifications": testVerificationsKept, "audit verification goes on": testVerificationGoesOn, "audit verification in steps": testVerificationInSteps,
		"webhook outbox": testOutbox, "webhook endpoints bounded": testEndpointsAreBounded, "webhook endpoints due": testDueEndpoints, "webhook versions": testEndpointVersions, "webhook claims": testWebhookClaims, "webhook secrets": testWebhookSecrets, "webhook receivers": testWebhookReceivers,
		"outbox": testMessages, "outbox bounds race": testMessageRace, "outbox bounds of accounts": testMessagesAskedFor, "outbox bounds of SMS": testSMSBounds, "outbox senders race": testSenderRace, "outbox sender": testMessageSender, "outbox sender ends": testSenderEnds, "outbox sender of another version": testSenderOfAnotherVersion, "outbox slow recipients": testSlowRecipients,
		"authenticator apps": testTOTP, "factors outlive updates": testFactorsOutliveUpdates, "stale factors": testStaleFactors, "factor notices have room": testFactorNoticesHaveRoom, "recovery codes": testRecoveryCodes, "factors reset": testFactorsReset, "sessions by removed factors": testSessionsByRemovedFactors, "stronger factor ends what mail gave": testStrongerFactorEndsWhatMailGave, "new recovery codes end sessions": testNewRecoveryCodesEndSessions,
		"codes by mail": testMailFactor, "codes by mail keep the address": testMailFactorKeepsTheAddress, "codes by mail are for one browser": testMailCodesOfOneBrowser, "codes by mail end": testMailCodesEnd, "codes by mail bounded": testMailCodesAreBounded, "codes by mail follow the address": testMailFollowsTheAddress, "codes by mail not offered": testMailNotOffered, "codes by mail race": testMailRaces, "outbox listing": testMessageListing,
		"factor changes race": testFactorChangesRace, "factors race sign-ins": testFactorSetUpRacesSignIn, "codes race": testCodesRace, "factors sealed again": testFactorsResealed,
		"factor undone": testFactorUndone, "factor undone without a password": testFactorUndoneWithoutPassword, "contact then factor": testContactThenFactor, "factor then contact": testFactorThenContact, "contact and factor at once": testContactAndFactorAtOnce, "unverified contact undoes nothing": testUnverifiedContactUndoesNothing,
		"undo restores codes by mail": testUndoRestoresMail, "undo leaves codes by mail ended": testUndoLeavesMailEnded, "undo of the address restores codes by mail": testUndoOfTheAddressRestoresMail, "ended codes by mail are removed": testEndedMailIsRemoved,
		"notices say from where": testNoticesSayFromWhere,
		"undo race":              testUndoRace, "undo is told to all": testUndoIsToldToAll, "undo keeps the account": testUndoKeepsTheAccount, "factors are of when they were stored": testFactorsAreOfWhenTheyWereStored, "factors without messages": testFactorsWithoutMessages,
		"invitations": testInvitations, "invitations again": testInvitationsAgain, "invitations end": testInvitationsEnd, "invitations need authority": testInvitationsNeedAuthority,
		"invitations delivered": testInvitationsDelivered, "invited without the link": testInvitedWithoutTheLink, "invited with and without the link": testInvitedWithAndWithoutTheLink,
		"first change of nobody": testFirstChangeOfNobody, "undo again": testUndoAgain, "closed undo counts": testClosedUndoCounts, "attacker gets no link": testAttackerGetsNoLink,
		"derived names": testDerivedNames, "users are locked first": testUsersAreLockedFirst,
		"registration": testRegistration, "registration replaced": testRegistrationIsReplaced, "registration policies": testRegistrationPolicies, "registration without a user name": testRegistrationWithoutUsername, "registrations under another policy": testRegistrationsUnderAnotherPolicy, "private contacts": testPrivateContacts, "registration race": testRegistrationRace,
		"recovery": testRecovery, "recovery of nobody": testRecoveryOfNobody, "recovery race": testRecoveryRace, "recovery by phone": testRecoveryByPhone, "contact change": testContactChange, "contact requests": testContactRequests, "undo after repair": testUndoAfterRepair, "messages used up": testMessagesCannotBeUsedUp, "administrative changes are told": testAdministrativeChangesAreTold, "phone only": testPhoneOnly, "undo is told": testUndoIsTold, "registrations keep nobody out": testRegistrationsKeepNobodyOut, "unproved phone": testUnprovedPhone, "own password": testOwnPassword,
		"contact removal": testContactRemoval, "contact that cannot recover": testContactThatCannotRecover, "contact removals race": testContactRemovalRace,
		"contact race": testContactRace, "numeric domains": testNumericDomains, "proved phones": testProvedPhones,
		"verifications": testVerifications, "registrations of one address": testRegistrationsOfOneAddress, "tries race": testTriesRace, "verifications are removed": testVerificationsAreRemoved,
		"webhook endpoints read meanwhile": testEndpointIsReadMeanwhile,
		"idempotency keys":                 testIdempotency, "idempotency keys race": testIdempotencyRace,
		"idempotency keys of deleted clients": testIdempotencyOfDeletedClients,
		"refresh tokens":                      testRefreshTokens, "refresh tokens race": testRefreshRace, "client assertions": testAssertions, "withdrawal": testWithdrawal,
		"janitor and refresh tokens": testJanitorAndRefresh,
		"imported users":             testImportedUsers, "upgraded password": testUpgradedPassword, "imported clients": testImportedClients, "upgraded secret": testUpgradedSecret,
		"imported tokens": testImportedTokens, "imported tokens race": testImportRace, "imported secrets": testImportedSecrets, "imported keys": testImportedKeys, "users by subject": testUserIDs,
		"names that look the same": testSkeletons, "names that look the same, of the previous version": testSkeletonsOfThePreviousVersion, "names that look the same race": testSkeletonRace, "many names": testManySkeletons,
		"disabled clients get no tokens": testDisabledClientsGetNoTokens,
		"revocations":                    testRevocations, "revoked tokens expire": testRevokedTokensExpire, "revoked grants of users": testRevokedGrantsOfUsers, "revocations are removed": testRevocationsAreRemoved, "revocations out of order": testRevocationsOutOfOrder, "revocations beside others": testRevocationsBesideOthers, "revocation statements": testRevocationStatements,
		"passkeys": testPasskeys, "passkeys race": testPasskeyRace, "passkeys come and go": testPasskeysComeAndGo, "passkey replays": testPasskeyReplays, "passkey removals race": testPasskeyRemovalRace, "passkeys and other factors": testPasskeysAndOtherFactors, "passkey with recovery codes": testPasskeyWithRecoveryCodes, "challenges": testChallenges,
		"first administrator": testFirstAdministrator, "last administrator": testLastAdministrator, "last administrator race": testLastAdministratorRace, "first administrator once": testFirstAdministratorOnce, "first administrator expires": testFirstAdministratorExpires, "first administrator beside others": testFirstAdministratorBesideOthers, "first administrator created": testFirstAdministratorCreated, "first administrator with a passkey": testFirstAdministratorWithPasskey, "first administrator race": testFirstAdministratorRace, "first administrator races others": testFirstAdministratorRacesOthers,
		"roles in use": testRolesInUse, "many roles": testManyRoles, "clients with a scope": testClientsWithScope,
		"imports kept": testImportsKept,
		"logouts":      testLogouts, "logouts by name": testLogoutNames, "logouts by subject": testLogoutSubjects, "logouts due": testDueLogouts, "logouts of changed users": testLogoutsOfChangedUsers, "logouts of many": testLogoutsOfMany, "logouts statements": testLogoutStatements, "logouts kept": testLogoutsKept, "logout redelivery": testLogoutRedelivery, "logout receivers": testLogoutReceivers, "logout senders race": testLogoutSenders,
		"client registrations": testClientRegistrations, "client registrations due": testDueRegistrations, "clients that change themselves": testClientChanges, "registration counts": testRegistrationCounts, "initial access tokens": testInitialTokens,
		"statistics": testStatistics, "statistics race": testStatisticsRace, "client statistics": testClientStatistics,
		"transactions": testTransactions, "detached": testDetached, "retries": testRetries, "hang-ups": testHangUps,
		"leases": testLeases, "jobs": testJobs, "janitor": testJanitor, "times": testTimes, "statements": testStatements, "migrations": testMigrations, "a newer schema": testNewerSchema,
	} {
		if len(only) > 0 && !slices.Contains(only, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newFixture(t, newURL(t)))
		})
	}
}

// fixture is a new database with a clock that the test moves.
type fixture struct {
	*storage.Store

	url        string
	now        atomic.Pointer[time.Time]
	statements atomic.Int64
}

func newFixture(t *testing.T, url string) *fixture {
	t.Helper()
	f := &fixture{url: url}
	f.setTime(time.Date(2026, 3, 4, 5, 6, 7, 891_234_000, time.UTC))
	f.Store = f.open(t)
	return f
}

func (f *fixture) open(t *testing.T) *storage.Store {
	t.Helper()
	s, err := storage.Open(t.Context(), storage.Options{
		URL: f.url, Clock: f.clock, Log: slog.New(slog.DiscardHandler), MailFactors: true,
		Statements: func(ctx context.Context, _ string) (context.Context, func(error)) {
			f.statements.Add(1)
			return ctx, func(error) {}
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (f *fixture) clock() time.Time { return *f.now.Load() }

func (f *fixture) setTime(at time.Time) { f.now.Store(&at) }

// openWithout opens the database once more, as where the operator does not offer codes by mail.
func (f *fixture) openWithout(t *testing.T) *storage.Store {
	t.Helper()
	s, err := storage.Open(t.Context(), storage.Options{URL: f.url, Clock: f.clock, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (f *fixture) advance(d time.Duration) { f.setTime(f.clock().Add(d)) }

func (f *fixture) newID() provider.ID { return provider.NewID(f.clock(), rand.Reader) }

// client stores a client for grants.
func (f *fixture) client(t *testing.T, id string) {
	t.Helper()
	c := sampleClient(id, f.clock())
	c.Restricted = false
	require.NoError(t, f.CreateClient(t.Context(), c))
}

// endAll ends all grants of a revocation.
func (f *fixture) endAll(ctx context.Context, of grant.Revocation, at time.Time) (count int64, err error) {
	ended, after := grant.Ended{}, provider.ID{}
	for {
		if ended, err = f.EndGrants(ctx, of, after, at); err != nil {
			return count, err
		}
		count += ended.Grants
		if after = ended.Last; after.IsZero() {
			return count, nil
		}
	}
}

// sessions are those of one page.
func (f *fixture) sessions(ctx context.Context, of session.Filter, limit int) ([]*session.Session, error) {
	page, err := f.Sessions(ctx, of, limit)
	return page.Sessions, err
}

// tokens are those of one page.
func (f *fixture) tokens(ctx context.Context, of grant.Filter, before provider.ID, limit int) ([]grant.Listed, error) {
	page, err := f.Tokens(ctx, of, before, limit)
	return page.Tokens, err
}

func (f *fixture) grant(t *testing.T, clientID string, standing []byte) *grant.Grant {
	t.Helper()
	g := &grant.Grant{ID: f.newID(), ClientID: clientID, Scopes: []string{"a", "b"}, Audience: []string{"https://api"}, StandingKey: standing, CreatedAt: f.clock()}
	require.NoError(t, f.CreateGrant(t.Context(), g))
	return g
}

func (f *fixture) token(grantID provider.ID) *grant.Token {
	hash := make([]byte, 33)
	_, _ = rand.Read(hash)
	return &grant.Token{ID: f.newID(), GrantID: grantID, AccessHash: hash, IssuedAt: f.clock(), AccessExpiresAt: f.clock().Add(time.Hour)}
}
