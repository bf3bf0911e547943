package refusal

// serverEntries are those of the server's own state: faults, load and limits.
func serverEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckInternal: {
			"Fault in the server",
			"The server met an unexpected condition. The request may be tried again.",
			"Send the error id to the operator of this server: it tells them what happened.",
			"Search the log for the request id. The cause is in the field \"cause\".",
		},
		CheckStorage: {
			"Database unavailable",
			"The server could not reach its database, or the database did not carry out the change. Nothing was changed.",
			"Wait for the time in the Retry-After header and send the request again.",
			"Check the database and GATEHOUSE_DATABASE_URL; `gatehouse doctor` tries the connection.",
		},
		CheckTimeout: {
			"Took too long",
			"The request was not finished in the time that is allowed for it.",
			"Wait for the time in the Retry-After header and send the request again.",
			"Look at the database's load and the pool; the canonical log line has the duration.",
		},
		CheckBusy: {
			"Server busy",
			"The server is verifying as many passwords and short client secrets as it can at a time. This request was not processed.",
			"Wait for the time in the Retry-After header and send the request again.",
			"An attacker may be guessing: check the sign-in metrics and the addresses in the log. Clients with secrets of 32 characters or more are not affected.",
		},
		CheckFeed: {
			"Revocations not known",
			"The server does not know what was revoked now: it has just started, is stopping, or cannot read its database.",
			"Wait for the time in the Retry-After header and ask again with the same cursor.",
			"Look at the log for \"the revocation feed\", and at the metric gatehouse_revocation_feed_age_seconds: the runbook of its alert says what to do.",
		},
		CheckFeedReaders: {
			"Too many readers of revocations",
			"As many requests wait for revocations at this server as may: of this client, or, with status 503, of all together.",
			"Wait for the time in the Retry-After header and ask again. One request at a time is enough for each process.",
			"gatehouse_revocation_feed_waiting says how many wait at each server. Look for a client that sends requests without awaiting their answers; otherwise run more servers.",
		},
		CheckThrottled: {
			"Too many failed attempts",
			"Too many sign-ins failed for this account or from this address.",
			"Wait for the time in the Retry-After header.",
			"An attacker may be guessing passwords; the log line has the address.",
		},
		CheckRateLimit: {
			"Too many requests",
			"The rate limit was exceeded: that of this client, or that of unauthenticated requests from this address.",
			"Wait for the time in the Retry-After header; the RateLimit header says what is left.",
			"The record names the policy. Raise it in GATEHOUSE_RATE_LIMITS, or for one client with \"gatehouse client update ID --rate-limit\"; if every caller seems to have one address, set GATEHOUSE_TRUSTED_PROXIES.",
		},
	}
}
