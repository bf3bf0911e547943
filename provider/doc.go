// Package provider is the vocabulary that every package of Gatehouse shares:
// identifiers, the clock, and the errors that storage answers with.
//
// What a provider knows and decides lives in the packages below it, one per
// subject. None of them speaks SQL or HTTP, with two exceptions that say so in
// their own documentation: oauth (fosite parses requests) and resource (it is a
// middleware).
package provider
