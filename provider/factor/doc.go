// Package factor owns the second factors that are codes: authenticator apps (RFC 6238), codes by mail where the
// operator offers them, and the recovery codes that stand in for a factor which is lost. It sets them up, checks them and removes them, and makes the
// administrator's act that removes all factors of a user.
//
// A code is compared only after the attempt was counted, and works once: an update that finds another step, or
// the code used, refuses it. Every change of factors raises the generation of the user, so that a sign-in that
// was verified before it is refused with provider.ErrStale. Sessions and grants go on, but those that rest on a factor
// which is removed, and all of them at a reset.
//
// It does not sign anybody in, and does not know of pages: it is called when the password was verified, or
// with a session. Passkeys have a package of their own, and the names of their kinds are here.
//
// Decisions
//
//   - Six digits, SHA-1 and 30 seconds, whatever RFC 6238 allows: other parameters are ignored by some apps,
//     which then show codes that never match.
//   - Secrets are sealed, as the code is computed from them. So are the hashes of recovery codes: a keyed hash
//     could not be renewed at a rotation of the keyring, and its key would have to be kept for good.
//   - Codes by mail are for whoever has no authenticator: who reads the mailbox can reset the password as well. The factor
//     is the verified address of the account, whichever that is: it follows a change, which took a proof or an
//     administrator, and goes with the proof of the address. Where the operator stops offering it, users are as
//     without it, which the store sees to for all who read them.
//   - A code by mail is worth something in the browser alone that asked for it, so that it cannot be used by somebody who
//     reads the mail elsewhere or is told the code on the telephone. The newest one counts, so that there are five
//     guesses at a time.
//   - An attacker who knows the password has any number of sign-ins, so a limit over minutes is not enough for
//     six digits: the policies factor-account-long and factor-devices-long bound attempts over days.
//   - Recovery codes have limits of their own, as whoever uses up the others must not keep out an owner who lost the app. A
//     new password through a recovery gives attempts back once a week: not each time, as whoever reads the mailbox can
//     choose passwords again and again, and would guess a code of an app.
package factor
