// Package audit owns the gate that every administrative act passes, and the records of those acts.
//
// An administrative act changes something for others: a client, a user, a key, what was issued.
// Gate.Do authorizes the actor, carries out the act and appends its record in one transaction: an
// act that cannot be recorded does not happen. The registries of the other packages make their
// changes through the gate, so that no caller (the command line, background jobs, and whatever is
// built on them) can go around it.
//
// What users and clients do for themselves (signing in, consent, tokens) does not pass the gate:
// the rows of sessions, grants and tokens are the record of it.
package audit
