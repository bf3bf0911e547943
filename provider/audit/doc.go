// Package audit owns the gate that every administrative act passes, and the records of those acts.
//
// An administrative act changes something for others: a client, a user, a key, what was issued.
// Gate.Do authorizes the actor, carries out the act and appends its record in one transaction: an
// act that cannot be recorded does not happen. The registries of the other packages make their
// changes through the gate, so that no caller (the command line, background jobs, and whatever is
// built on them) can go around it.
//
// What users do for themselves (signing in and out, consent) and what the server finds out (a token
// that was stolen) is recorded with Gate.Record, in the transaction of the act. Refused sign-ins and
// requests are counted, and recorded as one sum a minute (Tally): an attacker must not fill the
// database. Issuing a token is not recorded: the row of the token is the record of it.
package audit
