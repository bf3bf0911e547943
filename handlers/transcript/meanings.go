package transcript

// Meanings say what a parameter, a claim or a member of an answer is, by its name, in the language of a page (BCP 47),
// or else in English. What is not of a standard has none.
func Meanings(language string) map[string]string {
	switch language {
	case "de":
		return german()
	case "es":
		return spanish()
	case "fr":
		return french()
	default:
		return english()
	}
}
