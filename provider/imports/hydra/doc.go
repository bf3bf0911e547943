// Package hydra reads the clients, remembered consents, live refresh tokens and signing keys of Ory Hydra
// 2 as items to import. Package hydradb reads its database; what is encrypted there is opened here, with
// the system secret of Hydra.
//
// A user of Hydra is known to it by a subject alone. The user must exist here under that subject, or is
// made without a password.
package hydra
