package refusal

// RegistrationOff refuses people who would register themselves where they cannot.
func RegistrationOff() *Refusal {
	return New(AccessDenied, CheckRegistrationOff, "People cannot register themselves here.")
}

// Uninvited refuses people who would register where only those may who were invited.
func Uninvited() *Refusal {
	return New(AccessDenied, CheckUninvited, "People register here by invitation. Open the link of the invitation.")
}

// accountEntries are those of what people do for their own accounts.
func accountEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckContactCode: {
			"Code wrong",
			"The code is not the one of the message.",
			"Type the code of the newest message. After five wrong codes a new one is needed.",
			"Nothing is wrong, unless it happens to many people at once.",
		},
		CheckVerification: {
			"Code not valid any more",
			"The code has expired, was used already, was tried too often, or was replaced by a newer one.",
			"Request a new code.",
			"Nothing is wrong. Codes of registrations are valid for a day, others for an hour.",
		},
		CheckMessages: {
			"Too many messages",
			"The address has got as many messages as this server sends to one, the account has asked for as many codes as it may, or there were as many SMS as there may be.",
			"Look for the messages that were sent, including the spam folder, or try again after the time in Retry-After.",
			"The bounds are fixed: 10 messages an hour and 30 a day to an address, 5 codes an hour and 20 a day for new contacts of an account. GATEHOUSE_SMS_PER_HOUR bounds SMS altogether.",
		},
		CheckRegistrationOff: {
			"No registration",
			"People cannot register themselves at this server.",
			"Ask the operator for an account.",
			"GATEHOUSE_REGISTRATION says who may register.",
		},
		CheckUninvited: {
			"Registration by invitation",
			"People register at this server by invitation only.",
			"Open the link of the invitation, or ask the operator for one.",
			"Invite people with `gatehouse user invite ADDRESS`. GATEHOUSE_REGISTRATION says who may register.",
		},
		CheckOwnAccount: {
			"Not the own account",
			"The request neither has the password of the account, nor an access token of its user through a first-party application.",
			"Send the present password, or an access token of the user.",
			"Only an application that is registered as first-party changes the accounts of its users: `gatehouse client update ID --first-party`.",
		},
	}
}
